//! Headers that may come once, sent twice, on the wire.

use crate::front_wire::{Door, line_of};

/// The authorization server: 400 `invalid_dpop_proof` for more than one `DPoP` field, whatever
/// its case and whether in two lines or one.
///
/// Rows: R088, L2.11
#[tokio::test]
async fn as_two_proofs_are_none() {
    for door in Door::both().await {
        for (one, other) in [("DPoP", "DPoP"), ("dpop", "DPoP"), ("DPOP", "dpop")] {
            let right = door.token_request().await;
            let proof = line_of(&right, "dpop: ").to_owned();
            for second in [proof.as_str(), "", "x"] {
                let two = format!("{one}: {proof}\r\n{other}: {second}\r\n");
                let text = right.replacen(&format!("dpop: {proof}\r\n"), &two, 1);
                let seen = door.ask(text).await;
                door.assert_refused(&seen, (400, "R088"), one);
                assert_eq!(seen.error(), "invalid_dpop_proof");
            }
            assert_eq!(door.ask(right).await.status, 200, "the same with one");
        }
        for join in ["P, P", "P,", ",P", "P,P", "P P", "P, x"] {
            let right = door.token_request().await;
            let proof = line_of(&right, "dpop: ").to_owned();
            let joined = join.replace('P', &proof);
            let seen = door.ask(right.replacen(&proof, &joined, 1)).await;
            assert_eq!(
                (seen.status, seen.error().as_str()),
                (400, "invalid_dpop_proof")
            );
            assert!(door.explanation(&seen).is_some());
            seen.assert_plain();
        }
    }
}

/// The API: 401 `invalid_dpop_proof` for the same.
///
/// Rows: R088, L2.11
#[tokio::test]
async fn rs_two_proofs_are_none() {
    for door in Door::both().await {
        for (one, other) in [("DPoP", "DPoP"), ("dpop", "DPoP"), ("DPOP", "dpop")] {
            let right = door.api_request().await;
            let proof = line_of(&right, "dpop: ").to_owned();
            for second in [proof.as_str(), "", "x"] {
                let two = format!("{one}: {proof}\r\n{other}: {second}\r\n");
                let text = right.replacen(&format!("dpop: {proof}\r\n"), &two, 1);
                let seen = door.ask(text).await;
                door.assert_refused(&seen, (401, "R088"), one);
                let challenge = seen.header("www-authenticate").unwrap();
                assert!(
                    challenge.contains("error=\"invalid_dpop_proof\""),
                    "{challenge}"
                );
            }
            assert_eq!(door.ask(right).await.status, 200, "the same with one");
        }
        for join in ["P, P", "P,", ",P", "P,P", "P P", "P, x"] {
            let right = door.api_request().await;
            let proof = line_of(&right, "dpop: ").to_owned();
            let joined = join.replace('P', &proof);
            let seen = door.ask(right.replacen(&proof, &joined, 1)).await;
            assert_eq!(seen.status, 401);
            let challenge = seen.header("www-authenticate").unwrap();
            assert!(
                challenge.contains("error=\"invalid_dpop_proof\""),
                "{challenge}"
            );
        }
    }
}

/// The API: a bound token as Bearer is 401 with and without a proof; two `Authorization` fields
/// are 400 `invalid_request`, in the gateway's words.
///
/// Rows: R111, L2.10
#[tokio::test]
async fn rs_two_authorizations_are_refused() {
    for door in Door::both().await {
        let right = door.api_request().await;
        let first = format!("authorization: {}", line_of(&right, "authorization: "));
        let token = first.split_once("DPoP ").unwrap().1.to_owned();
        for second in [
            first.clone(),
            first.replacen("authorization", "Authorization", 1),
            format!("AUTHORIZATION: Bearer {token}"),
            "Authorization: Basic YTpi".to_owned(),
            "Authorization: ".to_owned(),
        ] {
            for two in [
                format!("{first}\r\n{second}"),
                format!("{second}\r\n{first}"),
            ] {
                let seen = door.ask(right.replacen(&first, &two, 1)).await;
                door.assert_refused(&seen, (400, "R111"), &second);
                // The gateway's word for `invalid_request`.
                assert_eq!(seen.error(), "MALFORMED_OAUTH_REQ");
            }
        }
        let bearer = right.replacen("authorization: DPoP ", "authorization: Bearer ", 1);
        let proof = format!("dpop: {}\r\n", line_of(&right, "dpop: "));
        for text in [bearer.replacen(&proof, "", 1), bearer] {
            door.assert_refused(&door.ask(&text).await, (401, "R111"), &text);
        }
        let joined = right.replacen(&first, &format!("{first}, Bearer {token}"), 1);
        assert!(matches!(door.ask(joined).await.status, 400 | 401));
        assert_eq!(door.ask(right).await.status, 200, "the same with one");
    }
}

/// The authorization server: one `X-On-Behalf-Of`, or 400.
///
/// Rows: R192, L3.4
#[tokio::test]
async fn as_two_parties_are_none() {
    for door in Door::both().await {
        let right = door.token_request().await;
        let party = line_of(&right, "x-on-behalf-of: ").to_owned();
        let other = door.rig.party("nordlicht-pay").client_id.to_string();
        for lines in [
            format!("X-On-Behalf-Of: {party}\r\nX-On-Behalf-Of: {other}"),
            format!("x-on-behalf-of: {party}\r\nX-ON-BEHALF-OF: {party}"),
            format!("X-On-Behalf-Of: {party}\r\nx-on-behalf-of: "),
            format!("X-On-Behalf-Of: {party}, {other}"),
            format!("X-On-Behalf-Of: {party},"),
            format!("X-On-Behalf-Of: ,{party}"),
        ] {
            let text = right.replacen(&format!("x-on-behalf-of: {party}"), &lines, 1);
            let seen = door.ask(text).await;
            door.assert_refused(&seen, (400, "R192"), &lines);
            assert_eq!(seen.error(), "invalid_request", "{lines}");
        }
        assert_eq!(door.ask(right).await.status, 200, "the same with one");
        assert_eq!(door.running.sandbox().counters().tokens_issued, 1);
    }
}

/// The API: one `X-Application-Id`, one `X-On-Behalf-Of`, one `X-Consent-Id`, or 400.
///
/// Rows: R192, L3.4
#[tokio::test]
async fn rs_two_parties_are_none() {
    for door in Door::both().await {
        let right = door.api_request().await;
        let id = line_of(&right, "x-application-id: ").to_owned();
        let other = door.rig.party("nordlicht-pay").application_id.to_string();
        let sub = door.rig.party("acme-budget").client_id.to_string();
        for lines in [
            format!("X-Application-Id: {id}\r\nX-Application-Id: {other}"),
            format!("x-application-id: {id}\r\nX-APPLICATION-ID: {id}"),
            format!("X-Application-Id: {id}\r\nX-Application-Id: "),
            format!("x-application-id: {id}\r\nX-On-Behalf-Of: {sub}\r\nx-on-behalf-of: {sub}"),
            format!("x-application-id: {id}\r\nX-Consent-Id: a\r\nx-consent-id: b"),
        ] {
            let text = right.replacen(&format!("x-application-id: {id}"), &lines, 1);
            door.assert_refused(&door.ask(text).await, (400, "R192"), &lines);
        }
        for joined in [format!("{id}, {other}"), format!("{id},")] {
            let right = door.api_request().await;
            let seen = door.ask(right.replacen(&id, &joined, 1)).await;
            assert_eq!(seen.status, 400, "{seen:?}");
            let again = door.ask(right).await;
            assert_eq!(again.status, 200, "refused before its proof was looked at");
        }
        assert_eq!(door.ask(right).await.status, 200, "the same with one");
    }
}

/// Both servers: a header that asks for another method changes nothing.
///
/// Rows: R095, L2.18
#[tokio::test]
async fn a_method_override_is_not_heard() {
    for door in Door::both().await {
        for name in [
            "X-HTTP-Method-Override",
            "X-HTTP-Method",
            "X-Method-Override",
            "_method",
        ] {
            let over = |text: String, method: &str| {
                text.replacen("\r\n", &format!("\r\n{name}: {method}\r\n"), 1)
            };
            let seen = door.ask(over(door.token_request().await, "GET")).await;
            assert_eq!(seen.status, 200, "the proof is for POST: {seen:?}");
            let seen = door.ask(over(door.api_request().await, "DELETE")).await;
            assert_eq!(seen.status, 200, "the proof is for GET: {seen:?}");
            // GET with the word that it be a POST is a GET: the token endpoint has none, and
            // where there is one the proof for a POST does not fit it.
            let posted = door.token_request().await.replacen("POST", "GET", 1);
            let seen = door.ask(over(posted, "POST")).await;
            door.assert_refused(&seen, (405, "R149"), name);
            let headers = {
                let token = door.rig.token("acme-budget", "ob_providers").await;
                door.rig
                    .bound("acme-budget", &token, ("POST", "/providers"))
                    .await
            };
            let seen = door
                .ask(over(door.text("GET /providers", &headers), "POST"))
                .await;
            door.assert_refused(&seen, (401, "R095"), name);
        }
    }
}
