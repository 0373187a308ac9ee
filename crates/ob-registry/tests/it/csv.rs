//! The registry as a table.

use crate::sample::{builder, certificate, licensed, signing_service};
use ob_core::Code;
use ob_registry::{
    Application, CSV_LIMIT, Contact, Licence, RegistryError, Status, ThirdParty, from_csv,
    from_csv_over, to_csv,
};
use proptest::prelude::*;
use std::io::Read;

const HEADER: &str = "business_id,legal_name,client_id,application_id,status,licence,scopes,notes";

fn row(n: u32) -> String {
    format!(
        "party-{n},Acme GmbH,client-{n},{},active,unlicensed,a b,",
        uuid(n)
    )
}

fn uuid(n: u32) -> String {
    format!("00000000-0000-0000-0000-{n:012}")
}

fn table(rows: &[String]) -> String {
    format!("{HEADER}\n{}\n", rows.join("\n"))
}

fn refused(text: &str) -> RegistryError {
    from_csv(text.as_bytes()).unwrap_err()
}

fn fleet() -> Vec<ThirdParty> {
    let application = |n, default| Application {
        id: crate::sample::application(n),
        use_case: "pay: now; or \\ never".parse().unwrap(),
        default,
    };
    let ada: Contact = r"technical:Ada\: Countess\; Lovelace:ada@acme.example:+44 20"
        .parse()
        .unwrap();
    let first = builder(1)
        .status(Status::Active)
        .licence(licensed())
        .legal_name("=Müller \"&\" Söhne, GmbH")
        .countries(["DE".parse().unwrap(), "AT".parse().unwrap()])
        .use_cases([
            "pay: now; or \\ never".parse().unwrap(),
            "account information".parse().unwrap(),
        ])
        .applications([application(7, true), application(8, false)])
        .contacts([ada, "primary:B:b@c".parse().unwrap()])
        .notes("-first line\nsecond, \"line\"\n");
    let custody = Licence::licensed(vec![certificate(2)], signing_service());
    let second = builder(2)
        .licence(custody)
        .legal_name("'s-Hertogenbosch B.V.");
    let third = builder(3).scopes(ob_core::Scopes::none()).notes("''");
    let fourth = ThirdParty::draft("fourth".parse().unwrap(), "@four");
    [first, second, third, fourth]
        .map(|it| it.build().unwrap())
        .to_vec()
}

#[test]
fn what_is_written_is_read() {
    let text = to_csv(&fleet()).unwrap();
    assert_eq!(from_csv(text.as_bytes()).unwrap(), fleet());
    // As a spreadsheet saves it.
    let saved = format!("\u{feff}{}", text.replace('\n', "\r\n"));
    assert_eq!(from_csv(saved.as_bytes()).unwrap(), fleet());
    assert!(!text.contains(",=") && !text.contains(",\"="), "{text}");
    assert_eq!(to_csv::<ThirdParty>(&[]).unwrap().lines().count(), 1);
    assert_eq!(
        from_csv(to_csv::<ThirdParty>(&[]).unwrap().as_bytes()).unwrap(),
        []
    );
}

#[test]
fn what_no_column_speaks_of_stays_and_an_empty_cell_takes_away() {
    let old = std::sync::Arc::new(
        fleet()[0]
            .to_builder()
            .organization_identifier(Some("PSDFI-FINFSA-1234567".parse().unwrap()))
            .build()
            .unwrap(),
    );
    let known = |id: &ob_core::BusinessId| (id == old.business_id()).then(|| old.clone());
    let needed = "business_id,legal_name,status,licence,scopes";
    let text = format!("{needed}\nparty-1,Acme SE,active,licensed,c\nnew,New,draft,unlicensed,\n");
    let read = from_csv_over(text.as_bytes(), known).unwrap();
    let expected = old.to_builder().legal_name("Acme SE");
    let expected = expected.scopes("c".parse().unwrap()).build().unwrap();
    assert_eq!(read[0], expected);
    assert_eq!(read[1].business_id().as_str(), "new");

    let columns = "notes,contacts,countries,organization_identifier,signing_service";
    let text =
        format!("{needed},{columns}\nparty-1,Acme SE,suspended,licensed,c,,,,,https://s.example\n");
    let read = from_csv_over(text.as_bytes(), known).unwrap().remove(0);
    assert_eq!((read.notes(), read.contacts().len()), ("", 0));
    assert!(read.countries().is_empty() && read.organization_identifier().is_none());
    assert_eq!(read.licence().certificates(), old.licence().certificates());
    assert_ne!(read.licence().custody(), old.licence().custody());
    // An unlicensed one carries nothing, whatever it had.
    let text = format!("{needed}\nparty-1,Acme SE,active,unlicensed,c\n");
    let read = from_csv_over(text.as_bytes(), known).unwrap().remove(0);
    assert!(!read.licence().is_licensed() && read.client_id().is_some());
}

#[test]
fn columns_may_stand_in_any_order_and_blank_lines_are_no_rows() {
    let text = "\n\nscopes,licence,status,legal_name,business_id,countries\r\n\r\n\
                a b,unlicensed,draft,Acme,acme,DE;AT\r\n";
    let read = from_csv(text.as_bytes()).unwrap();
    assert_eq!(read.len(), 1);
    assert_eq!(read[0].countries().len(), 2);
    assert_eq!(read[0].scopes().to_string(), "a b");
}

#[test]
fn a_bad_table_is_told_with_line_column_and_reason() {
    let bad = |n: u32, from: &str, to: &str| {
        let good = row(n);
        assert!(good.contains(from));
        format!("{HEADER}\n{}\n\n{}\n", row(9), good.replace(from, to))
    };
    for (text, place, reason) in [
        (
            bad(1, "active", "live"),
            Some((4, 5)),
            "status: \"live\" is not a usable status",
        ),
        (
            bad(1, "unlicensed", "some"),
            Some((4, 6)),
            "needs licensed or unlicensed",
        ),
        (bad(1, "a b", "a\\b"), Some((4, 7)), "scopes: "),
        (bad(1, "client-1", "client 1"), Some((4, 3)), "client_id: "),
        (bad(1, ",a b", ""), Some((4, 7)), "7 cells, needs 8"),
        (
            bad(1, "Acme GmbH", "=cmd|'/c calc'!A1"),
            Some((4, 2)),
            "legal_name: begins with =",
        ),
        (
            bad(1, "Acme GmbH", "@x"),
            Some((4, 2)),
            "takes for a formula",
        ),
        (bad(1, "Acme GmbH", ""), Some((4, 1)), "legal name"),
        // A Cyrillic a.
        (
            bad(1, "party-1", "p\u{430}rty-1"),
            Some((4, 1)),
            "business_id: ",
        ),
        // Full-width letters.
        (bad(1, "party-1", "ｐarty-1"), Some((4, 1)), "business_id: "),
        (
            bad(1, "unlicensed", "licensed"),
            Some((4, 1)),
            "a certificate",
        ),
        (table(&[row(1) + "\"open"]), Some((2, 1)), "never closed"),
        (String::new(), None, "needs a header row"),
        (
            HEADER.replace(',', ";"),
            Some((1, 1)),
            "separated by commas",
        ),
        (
            HEADER.replace("scopes", "scope"),
            Some((1, 7)),
            "the closest is scopes",
        ),
        (
            HEADER.replace("notes", "status"),
            Some((1, 8)),
            "status is there twice",
        ),
        (
            HEADER.replace("status,", ""),
            Some((1, 1)),
            "the column status is missing",
        ),
    ] {
        let error = refused(&text);
        assert_eq!(error.code(), Code::R008, "{error}");
        assert_eq!(error.place(), place, "{error}");
        assert!(error.to_string().contains(reason), "{error}");
    }
    let latin = from_csv(&b"business_id,legal_name\nacme,M\xfcller\n"[..]).unwrap_err();
    assert_eq!(latin.place(), Some((2, 1)));
    assert!(latin.to_string().contains("UTF-8"), "{latin}");
}

#[test]
fn many_bad_rows_are_named_and_the_rest_counted() {
    let rows: Vec<_> = (0..50).map(|n| row(n).replace("active", "live")).collect();
    let text = refused(&table(&rows)).to_string();
    assert_eq!(text.matches("line ").count(), 20, "{text}");
    assert!(text.ends_with("and 30 more rows"), "{text}");
}

#[test]
fn both_rows_of_a_collision_are_named() {
    for (second, what) in [
        (row(1), "party-1 is on line 2 already"),
        (
            row(2).replace("party-2", "PARTY-1"),
            "PARTY-1 is on line 2 already",
        ),
        (
            row(2).replace("client-2", "CLIENT-1"),
            "with line 2: party-1 and party-2 cannot share the client id",
        ),
        (
            row(2).replace(&uuid(2), &uuid(1)),
            "cannot share the application id",
        ),
        (
            row(2).replace("client-2", &uuid(1)),
            "application id of the one and client id of the other",
        ),
    ] {
        let error = refused(&table(&[row(1), String::new(), second]));
        assert_eq!(error.code(), Code::R002, "{error}");
        assert_eq!(error.place(), Some((4, 1)), "{error}");
        assert!(error.to_string().contains(what), "{error}");
    }
}

#[test]
fn a_private_key_is_refused_and_not_shown() {
    let key = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIHVr\n-----END PRIVATE KEY-----\n";
    let text = table(&[row(1), row(2) + &format!("\"{key}\"")]);
    let error = refused(&text);
    assert!(!format!("{error} {error:?}").contains("MC4C"), "{error}");
    assert!(error.place().is_some());
}

#[test]
fn what_never_ends_is_not_read_whole() {
    let begin = format!("{HEADER}\n");
    let endless = begin.as_bytes().chain(std::io::repeat(b'a'));
    let mut counted = Counted(endless, 0);
    let error = from_csv(&mut counted).unwrap_err();
    assert!(error.to_string().contains("100 MB"), "{error}");
    assert!(counted.1 <= CSV_LIMIT + 1);
}

struct Counted<R>(R, u64);

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.0.read(buffer)?;
        self.1 += read as u64;
        Ok(read)
    }
}

fn line(max: usize) -> impl Strategy<Value = String> {
    proptest::string::string_regex(&format!("[=+@',;:\"\\\\a-zA-Zäöü|. -]{{1,{max}}}"))
        .unwrap()
        .prop_map(|text| text.trim().to_owned())
        .prop_filter("not empty", |text| !text.is_empty())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Any third-party survives the table, however its names look.
    #[test]
    fn a_table_loses_nothing(
        name in line(40),
        notes in "[=+@'\n,\"a-z\t-]{0,40}",
        use_case in line(30),
        contact in line(30),
        status in proptest::sample::select(Status::ALL.to_vec()),
        licensed in any::<bool>(),
        identified in any::<bool>(),
    ) {
        let notes = notes.replace('\t', " ");
        let mut one = builder(1)
            .status(status)
            .legal_name(name)
            .notes(notes)
            .use_case(use_case.parse().unwrap())
            .application(Application {
                id: crate::sample::application(5),
                use_case: use_case.parse().unwrap(),
                default: true,
            })
            .contact(Contact::new(
                ob_registry::ContactRole::Primary, contact, "a@b".parse().unwrap(),
            ).unwrap());
        if licensed {
            one = one.licence(crate::sample::licensed());
        }
        if identified {
            one = one.organization_identifier(Some("PSDFI-FINFSA-1234567".parse().unwrap()));
        }
        let one = one.build().unwrap();
        let text = to_csv(&[&one]).unwrap();
        prop_assert_eq!(from_csv(text.as_bytes()).unwrap(), vec![one.clone()]);
        // Over something quite different nothing of that is left: every field has its column.
        let other = std::sync::Arc::new(fleet().remove(0));
        let over = from_csv_over(text.as_bytes(), |_| Some(other.clone()));
        prop_assert_eq!(over.unwrap(), vec![one]);
    }

    #[test]
    fn nothing_panics(text in any::<String>(), rows in "[a-z,\"\n\r'=-]{0,80}") {
        let _ = from_csv(text.as_bytes());
        let _ = from_csv(format!("{HEADER}\n{rows}").as_bytes());
    }
}
