//! It starts, answers, survives a crash of its own and goes away.

use std::net::TcpStream;
use throwaway::{Server, Shutdown};

/// Where a URL points.
fn address(url: &str) -> String {
    let (_, rest) = url.split_once('@').unwrap();
    rest.split_once('/').unwrap().0.to_owned()
}

#[test]
fn starts_stops_and_leaves_nothing() {
    let mut server = Server::start().unwrap();
    let (one, other) = (server.database().unwrap(), server.database().unwrap());
    assert_ne!(one, other);
    let address = address(&one);
    for how in [Shutdown::Fast, Shutdown::Immediate] {
        assert!(TcpStream::connect(&address).is_ok());
        server.stop(how).unwrap();
        assert!(TcpStream::connect(&address).is_err());
        assert!(server.stop(how).is_err());
        server.resume().unwrap();
    }
    // Its data are still there.
    server.database().unwrap();
    drop(server);
    assert!(TcpStream::connect(&address).is_err());
}
