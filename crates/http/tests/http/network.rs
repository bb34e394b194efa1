//! Connections to a service: through a proxy, and to servers with certificates of another authority.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use octodns_core::{Secret, ServiceErrorKind};
use octodns_http::{Client, Options};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

const FINE: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}";

/// Reads the head of one request and answers it.
async fn serve(mut stream: impl AsyncRead + AsyncWrite + Unpin, response: &str) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => break,
        }
    }
    let _ = stream.write_all(response.as_bytes()).await;
    let _ = stream.shutdown().await;
    String::from_utf8(head).unwrap()
}

/// A proxy that always sends this response: its address, and the heads of the requests.
pub(crate) async fn proxy(response: &'static str) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let heads = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&heads);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let head = serve(stream, response).await;
            seen.lock().unwrap().push(head);
        }
    });
    (address, heads)
}

/// Options for a single attempt.
fn once() -> Options {
    let mut options = Options::default();
    options.attempts = Some(1);
    options
}

/// The proxy resolves the name of the service, which does not exist here.
#[tokio::test]
async fn a_proxy_gets_the_whole_url_and_its_credentials() {
    let (address, heads) = proxy(FINE).await;
    let mut options = once();
    options.proxy = Some(Secret::new(format!("http://me:hunter2@{address}")));
    let client = Client::builder("test", "http://service.invalid/v2").options(&options).build();
    client.unwrap().get(&["zones"]).send_ok().await.unwrap();
    let heads = heads.lock().unwrap().clone();
    let [head] = &*heads else { panic!("{heads:?}") };
    let head = head.to_lowercase();
    assert!(head.starts_with("get http://service.invalid/v2/zones http/1.1\r\n"), "{head}");
    // RFC 7617: `me:hunter2`.
    assert!(head.contains("\r\nproxy-authorization: basic bwu6ahvudgvymg==\r\n"), "{head}");
}

/// Encrypted requests go through a tunnel, which contains the credentials of the service.
#[tokio::test]
async fn a_proxy_tunnel_that_is_refused_is_reported_without_the_password() {
    let no = "HTTP/1.1 407 Proxy Authentication Required\r\nconnection: close\r\n\r\nhunter2";
    let (address, heads) = proxy(no).await;
    let mut options = once();
    options.proxy = Some(Secret::new(format!("http://me:hunter2@{address}")));
    let auth = octodns_http::HeaderAuth::bearer(&Secret::new("open sesame")).unwrap();
    let client = Client::builder("test", "https://service.invalid").auth(auth);
    let client = client.options(&options).build().unwrap();
    let error = client.get(&["zones"]).send_ok().await.unwrap_err();
    assert_eq!(error.kind(), ServiceErrorKind::NoConnection);
    assert!(error.to_string().ends_with("service.invalid:443 (see http.proxy)"), "{error}");
    assert!(!format!("{error:?} {client:?}").contains("hunter2"), "{error:?}");
    let heads = heads.lock().unwrap().clone();
    let [head] = &*heads else { panic!("{heads:?}") };
    assert!(head.starts_with("CONNECT service.invalid:443 HTTP/1.1\r\n"), "{head}");
    assert!(head.to_lowercase().contains("\r\nproxy-authorization: basic "), "{head}");
    assert!(!head.contains("sesame"), "{head}");
}

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tls").join(name)
}

/// A server with a certificate that no public authority has signed.
async fn server() -> String {
    let chain = CertificateDer::pem_file_iter(file("server.pem")).unwrap();
    let chain = chain.collect::<Result<Vec<_>, _>>().unwrap();
    let key = PrivateKeyDer::from_pem_file(file("server.key")).unwrap();
    let config = ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key);
    let acceptor = TlsAcceptor::from(Arc::new(config.unwrap()));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            // A client that does not trust the certificate closes the connection.
            if let Ok(stream) = acceptor.accept(stream).await {
                serve(stream, FINE).await;
            }
        }
    });
    url
}

/// Neither is tried again: the other scheme is meant.
#[tokio::test]
async fn the_wrong_scheme_is_told_at_once() {
    let secure = server().await.replace("https://", "http://");
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let plain = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.read(&mut [0; 1000]).await;
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        }
    });
    for (url, words) in [(secure, "write https://"), (format!("https://{plain}"), "or http://")] {
        let mut options = Options::default();
        options.attempts = Some(3);
        let client = Client::builder("test", &url).options(&options).build().unwrap();
        let error = client.get(&["zones"]).send_ok().await.unwrap_err();
        let cause = std::error::Error::source(&error).unwrap().to_string();
        assert!(cause.contains(words), "{url}: {error}: {cause}");
        assert!(!error.to_string().contains("3 attempts"), "{error}");
    }
}

#[tokio::test]
async fn only_certificates_of_known_authorities_are_accepted() {
    let url = server().await;
    for (ca_file, ca_file_only, fine) in [
        (Some("ca.pem"), false, true),
        (Some("ca.pem"), true, true),
        (None, false, false),
        // The certificate of another server does not help.
        (Some("other.pem"), true, false),
    ] {
        let mut options = once();
        options.ca_file = ca_file.map(file);
        options.ca_file_only = ca_file_only;
        let client = Client::builder("test", &url).options(&options).build().unwrap();
        match client.get(&["zones"]).send_ok().await {
            Ok(()) => assert!(fine, "{ca_file:?}"),
            Err(error) => {
                assert!(!fine, "{ca_file:?}: {error:?}");
                assert_eq!(error.kind(), ServiceErrorKind::NoConnection);
                let cause = std::error::Error::source(&error).unwrap().to_string();
                assert!(cause.contains("certificate"), "{ca_file:?}: {cause}");
            }
        }
    }
}
