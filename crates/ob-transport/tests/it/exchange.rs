//! What a healthy exchange carries, and what it leaves alone.

use bytes::Bytes;
use http::{Request, StatusCode, Version};

use crate::support::{Server, get, ok, plain};

#[tokio::test]
async fn request_and_answer_arrive_as_they_are() {
    let server = Server::plain(|mut peer| async move {
        peer.request().await;
        peer.write("HTTP/1.1 201 Made\r\nx-answer: 42\r\ncontent-length: 5\r\n\r\nhello")
            .await;
    })
    .await;
    let request = Request::post(format!("{}/a%2Fb/%7E?x=1&y=%20", server.http()))
        .header("x-question", "why")
        .body(Bytes::from("body"))
        .unwrap();
    let answer = ok(&plain().build().unwrap(), request).await;

    assert_eq!(answer.status(), StatusCode::CREATED);
    assert_eq!(answer.headers()["x-answer"], "42");
    assert_eq!(answer.body(), "hello");
    assert!(answer.extensions().is_empty());
    let head = &server.heads()[0];
    assert!(
        head.starts_with("POST /a%2Fb/%7E?x=1&y=%20 HTTP/1.1\r\n"),
        "{head}"
    );
    assert!(head.contains("x-question: why\r\n"), "{head}");
    assert!(
        head.contains(&format!("host: 127.0.0.1:{}\r\n", server.port())),
        "{head}"
    );
    assert!(head.contains("content-length: 4\r\n"), "{head}");
}

/// R220: the agent names the library and its version, nothing else, and never overrules.
///
/// Rows: R220
#[tokio::test]
async fn user_agent_is_ours_unless_given_and_no_coding_is_asked_for() {
    let server = Server::plain(|peer| peer.serve("ok")).await;
    let transport = plain().build().unwrap();
    ok(&transport, get(&server.http())).await;
    let mut own = get(&server.http());
    own.headers_mut()
        .insert("user-agent", "mine/1".parse().unwrap());
    ok(&transport, own).await;

    let heads = server.heads();
    let ours = format!("user-agent: obkit/{}\r\n", env!("CARGO_PKG_VERSION"));
    assert!(heads[0].contains(&ours), "{}", heads[0]);
    assert!(heads[1].contains("user-agent: mine/1\r\n"), "{}", heads[1]);
    assert!(!heads.concat().contains("accept-encoding"));
}

#[tokio::test]
async fn repeated_fields_keep_their_number_and_order() {
    let server = Server::plain(|mut peer| async move {
        peer.request().await;
        peer.write("HTTP/1.1 200 OK\r\nx-a: 1\r\nx-b: 2\r\nX-A: 3\r\ncontent-length: 0\r\n\r\n")
            .await;
    })
    .await;
    let answer = ok(&plain().build().unwrap(), get(&server.http())).await;
    let values: Vec<_> = answer.headers().get_all("x-a").iter().collect();
    assert_eq!(values, ["1", "3"]);
}

/// R220, L4: a cookie is handed over like any field and never comes back.
///
/// Rows: R220
#[tokio::test]
async fn cookies_are_not_kept() {
    let server = Server::plain(|mut peer| async move {
        while peer.request().await.is_some() {
            peer.write(
                "HTTP/1.1 200 OK\r\nset-cookie: a=b; Path=/\r\nset-cookie: c=d\r\n\
                 content-length: 0\r\n\r\n",
            )
            .await;
        }
    })
    .await;
    let transport = plain().build().unwrap();
    let first = ok(&transport, get(&server.http())).await;
    ok(&transport, get(&server.http())).await;
    assert_eq!(first.headers().get_all("set-cookie").iter().count(), 2);
    let heads = server.heads();
    assert_eq!(heads.len(), 2);
    assert!(!heads.concat().to_lowercase().contains("cookie"));
}

/// R163: every redirect status is an answer, and its target hears nothing.
///
/// Rows: R163
#[tokio::test]
async fn redirects_are_answers() {
    let target = Server::plain(|peer| peer.serve("never")).await;
    let location = target.http();
    for status in [300, 301, 302, 303, 304, 307, 308] {
        let location = location.clone();
        let server = Server::plain(move |mut peer| {
            let location = location.clone();
            async move {
                peer.request().await;
                let head = format!("HTTP/1.1 {status} Elsewhere\r\nlocation: {location}/\r\n");
                peer.write(format!("{head}content-length: 0\r\n\r\n")).await;
            }
        })
        .await;
        let answer = ok(&plain().build().unwrap(), get(&server.http())).await;
        assert_eq!(answer.status().as_u16(), status);
        assert_eq!(answer.headers()["location"], format!("{}/", target.http()));
    }
    assert_eq!(target.connections(), 0);
}

/// L4.5: a gzip bomb cannot go off where nothing is unpacked.
///
/// Rows: L4.5
#[tokio::test]
async fn content_codings_are_not_decoded() {
    let packed = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0];
    let server = Server::plain(move |mut peer| async move {
        peer.request().await;
        let head = "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 10\r\n\r\n";
        peer.write([head.as_bytes(), &packed].concat()).await;
    })
    .await;
    let answer = ok(&plain().build().unwrap(), get(&server.http())).await;
    assert_eq!(answer.body(), &packed[..]);
    assert_eq!(answer.headers()["content-encoding"], "gzip");
}

#[tokio::test]
async fn chunked_and_close_delimited_bodies_are_read_whole() {
    let bodies = [
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nx-trailer: 1\r\n\r\n",
        "HTTP/1.1 200 OK\r\n\r\nabcde",
        "HTTP/1.0 200 OK\r\n\r\nabcde",
        "HTTP/1.1 103 Early\r\nlink: x\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nabcde",
    ];
    for answer in bodies {
        let server = Server::plain(move |mut peer| async move {
            peer.request().await;
            peer.write(answer).await;
        })
        .await;
        let answer = ok(&plain().build().unwrap(), get(&server.http())).await;
        assert_eq!(answer.body(), "abcde");
    }
}

#[tokio::test]
async fn an_error_status_is_an_answer() {
    let server = Server::plain(|mut peer| async move {
        peer.request().await;
        peer.write("HTTP/1.1 503 No\r\nretry-after: 7\r\ncontent-length: 4\r\n\r\ndown")
            .await;
    })
    .await;
    let answer = ok(&plain().build().unwrap(), get(&server.http())).await;
    assert_eq!(
        (answer.status().as_u16(), &answer.body()[..]),
        (503, &b"down"[..])
    );
}

/// The version is the connection's business, so that one request fits any server.
#[tokio::test]
async fn a_request_marked_http_2_or_1_0_still_goes_out() {
    let server = Server::plain(|peer| peer.serve("ok")).await;
    let transport = plain().build().unwrap();
    for version in [Version::HTTP_10, Version::HTTP_2, Version::HTTP_3] {
        let mut request = get(&server.http());
        *request.version_mut() = version;
        assert_eq!(ok(&transport, request).await.body(), "ok");
    }
    assert!(
        server
            .heads()
            .iter()
            .all(|head| head.contains(" HTTP/1.1\r\n"))
    );
}

#[tokio::test]
async fn localhost_and_ipv6_loopback_are_reached() {
    let server = Server::plain(|peer| peer.serve("four")).await;
    let transport = plain().build().unwrap();
    let named = get(&format!("http://localhost:{}", server.port()));
    assert_eq!(ok(&transport, named).await.body(), "four");

    if std::net::TcpListener::bind("[::1]:0").is_err() {
        eprintln!("SKIPPED: this machine has no IPv6 loopback");
        return;
    }
    let server = Server::on("[::1]:0", |peer| peer.serve("six")).await;
    let request = get(&format!("http://[::1]:{}", server.port()));
    assert_eq!(ok(&transport, request).await.body(), "six");
    let host = format!("host: [::1]:{}\r\n", server.port());
    assert!(server.heads()[0].contains(&host));
}
