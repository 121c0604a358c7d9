//! A TLS client that can be told to be old, careless or forgetful.

use crate::cli::process::Home;
use crate::support::certificates::{PLAIN, Pair, Wanted};
use openssl::ssl::{Ssl, SslConnector, SslConnectorBuilder, SslMethod, SslStream, SslVerifyMode};
use std::fs::Permissions;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

/// A connection.
pub(super) type Connection = SslStream<TcpStream>;

/// Connects. `change` is told the settings before.
pub(super) fn connect(
    address: SocketAddr,
    change: impl FnOnce(&mut SslConnectorBuilder),
) -> Result<Connection, String> {
    let mut builder = SslConnector::builder(SslMethod::tls_client()).unwrap();
    builder.set_verify(SslVerifyMode::NONE);
    change(&mut builder);
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let ssl = Ssl::new(builder.build().context()).unwrap();
    ssl.connect(stream).map_err(|error| error.to_string())
}

/// Sends a request as it stands, and gives the whole answer.
pub(super) fn exchange(connection: &mut Connection, request: &str) -> String {
    connection.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    // A server may hang up without saying so in TLS.
    let _ = connection.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

/// Asks for the keys; the connection stays open.
pub(super) fn ask(connection: &mut Connection) -> String {
    connection.write_all(b"GET /.well-known/jwks.json HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    let mut answer = [0; 4096];
    let count = connection.read(&mut answer).unwrap();
    String::from_utf8_lossy(&answer[..count]).into_owned()
}

/// A certificate for a server of this name.
pub(super) fn server_pair(name: &str) -> Pair {
    Pair::self_signed(&Wanted { subject: &[("CN", name)], dns: &["localhost"], ..PLAIN })
}

/// Writes a certificate and its key as `tls.pem` and `tls.key`.
pub(super) fn write(home: &Home, pair: &Pair) {
    home.write("tls.pem", &pair.pem());
    home.write("tls.key", &pair.key_pem());
    protect(home, 0o600);
}

/// Sets the mode of the key.
pub(super) fn protect(home: &Home, mode: u32) {
    std::fs::set_permissions(home.path("tls.key"), Permissions::from_mode(mode)).unwrap();
}

/// A folder whose server speaks TLS with this certificate.
pub(super) fn home(pair: &Pair) -> Home {
    let home = Home::new().with("TLS__CERTIFICATE", "tls.pem").with("TLS__KEY", "tls.key");
    let home = home.with("ISSUER", "https://id.example");
    write(&home, pair);
    home
}

/// The common name of the certificate that the server showed.
pub(super) fn shown(connection: &Connection) -> String {
    let certificate = connection.ssl().peer_certificate().unwrap();
    let entry = certificate.subject_name().entries().next().unwrap();
    entry.data().to_string().unwrap()
}
