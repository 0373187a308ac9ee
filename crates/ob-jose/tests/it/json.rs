//! The strict JSON reader against the `JSONTestSuite`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ob_jose::json::parse_object;

use crate::support::vectors;

#[test]
fn r126_r128_json_test_suite() {
    let Some(suite) = vectors("jsontestsuite/test_parsing_bundle.json") else {
        return;
    };
    let (mut accepted, mut refused) = (0, 0);
    for case in suite["cases"].as_array().unwrap() {
        let name = case["name"].as_str().unwrap();
        let text = STANDARD.decode(case["b64"].as_str().unwrap()).unwrap();
        // Only objects are read at the top; inside one, every document has its turn.
        let wrapped = [b"{\"v\":", text.as_slice(), b"}"].concat();
        let verdict = parse_object(&wrapped);
        match name.split_once('_').unwrap().0 {
            "y" if name.starts_with("y_object_duplicated_key") => {
                assert!(verdict.is_err(), "{name}");
            }
            "y" => {
                assert!(verdict.is_ok(), "{name}: {verdict:?}");
                accepted += 1;
            }
            "n" => {
                assert!(verdict.is_err(), "{name}");
                assert!(parse_object(&text).is_err(), "{name}");
                refused += 1;
            }
            _ => drop(verdict),
        }
    }
    assert!(accepted > 80 && refused > 150, "{accepted} {refused}");
    eprintln!("JSONTestSuite: {accepted} accepted, {refused} refused");
}
