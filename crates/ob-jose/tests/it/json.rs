//! The strict JSON reader against the `JSONTestSuite`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ob_jose::json::parse_object;

use crate::support::vectors;

/// Rows: R126, R127, R128
#[test]
fn r126_r128_json_test_suite() {
    let Some(suite) = vectors("jsontestsuite/test_parsing_bundle.json") else {
        return;
    };
    let (mut accepted, mut refused, mut open) = (0, 0, Vec::new());
    for case in suite["cases"].as_array().unwrap() {
        let name = case["name"].as_str().unwrap();
        let text = STANDARD.decode(case["b64"].as_str().unwrap()).unwrap();
        // Only objects are read at the top; inside one, every document has its turn.
        let wrapped = [b"{\"v\":", text.as_slice(), b"}"].concat();
        let verdict = parse_object(&wrapped);
        match name.split_once('_').unwrap().0 {
            "y" if name.starts_with("y_object_duplicated_key") => {
                assert!(verdict.is_err(), "{name}");
                refused += 1;
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
            _ if verdict.is_ok() => open.push(name),
            _ => refused += 1,
        }
    }
    // What the suite leaves open is refused, but for numbers that lose digits and stay finite.
    assert_eq!(
        open,
        [
            "i_number_double_huge_neg_exp.json",
            "i_number_real_underflow.json",
            "i_number_too_big_neg_int.json",
            "i_number_too_big_pos_int.json",
            "i_number_very_big_negative_int.json",
        ]
    );
    accepted += open.len();
    assert_eq!((accepted, refused), (98, 218));
    eprintln!(
        "test_parsing_bundle.json: 316 documents run, {accepted} accepted, {refused} refused"
    );
}
