//! The limit that `scripts/bench` measures against, on the same machine and in the same run: an actix server that does
//! nothing but what cannot be left out.
//!
//! - `limit serve ADDRESS JWKS_FILE METADATA_FILE`: `/hello` answers a word; `/jwks` and `/metadata` the bytes of these
//!   files; `/sign` makes one ES256 signature with a key that was parsed once, and answers it.
//! - `limit argon2 THREADS`: prints how many passwords a second can be hashed with the server's default parameters,
//!   and how many that were.

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use actix_web::{App, HttpResponse, HttpServer, web};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::sign::Signer;

/// About the length of the signing input of an access token.
const SIGNING_INPUT: [u8; 480] = [b'a'; 480];
/// The server's default: 19,456 KiB, two passes, one lane.
const ARGON2: (u32, u32, u32) = (19_456, 2, 1);
const ARGON2_TIME: Duration = Duration::from_secs(4);

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["serve", address, jwks, metadata] => {
            serve(address, [std::fs::read(jwks)?, std::fs::read(metadata)?])
        }
        ["argon2", threads] => {
            let (hashes, seconds) = hash(threads.parse()?)?;
            println!("{:.2} {hashes}", f64::from(hashes) / seconds);
            Ok(())
        }
        _ => Err("limit serve ADDRESS JWKS_FILE METADATA_FILE | limit argon2 THREADS".into()),
    }
}

fn serve(address: &str, files: [Vec<u8>; 2]) -> Result<(), Box<dyn Error>> {
    let [jwks, metadata] = files.map(web::Bytes::from);
    let key = PKey::from_ec_key(EcKey::generate(&*EcGroup::from_curve_name(Nid::X9_62_PRIME256V1)?)?)?;
    let app = move || {
        App::new()
            .app_data(web::Data::new(key.clone()))
            .route("/hello", web::get().to(async || HttpResponse::Ok().body("hello")))
            .service(web::resource("/jwks").app_data(web::Data::new(jwks.clone())).route(web::get().to(file)))
            .service(
                web::resource("/metadata")
                    .app_data(web::Data::new(metadata.clone()))
                    .route(web::get().to(file)),
            )
            .route("/sign", web::post().to(sign))
    };
    actix_web::rt::System::new().block_on(HttpServer::new(app).bind(address)?.run())?;
    Ok(())
}

async fn file(bytes: web::Data<web::Bytes>) -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(bytes.get_ref().clone())
}

async fn sign(_form: web::Bytes, key: web::Data<PKey<Private>>) -> HttpResponse {
    match Signer::new(MessageDigest::sha256(), &key)
        .and_then(|mut signer| signer.sign_oneshot_to_vec(&SIGNING_INPUT))
    {
        Ok(signature) => HttpResponse::Ok().body(signature),
        Err(_) => HttpResponse::InternalServerError().finish(),
    }
}

/// Hashes on `threads` threads at once, each reusing its memory. Gives how many were made, in how many seconds.
fn hash(threads: u32) -> Result<(u32, f64), Box<dyn Error>> {
    let (memory, passes, lanes) = ARGON2;
    let params = Params::new(memory, passes, lanes, None).map_err(|error| error.to_string())?;
    let done = Arc::new(AtomicU32::new(0));
    let started = Instant::now();
    let workers: Vec<_> = (0..threads)
        .map(|_| {
            let (params, done) = (params.clone(), Arc::clone(&done));
            std::thread::spawn(move || {
                let mut blocks = vec![Block::default(); params.block_count()];
                let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
                let mut hash = [0; 32];
                while started.elapsed() < ARGON2_TIME {
                    if argon2
                        .hash_password_into_with_memory(
                            b"password",
                            b"0123456789abcdef",
                            &mut hash,
                            &mut blocks,
                        )
                        .is_ok()
                    {
                        done.fetch_add(1, Ordering::Relaxed);
                    }
                }
            })
        })
        .collect();
    for worker in workers {
        worker.join().map_err(|_| "a thread died")?;
    }
    Ok((done.load(Ordering::Relaxed), started.elapsed().as_secs_f64()))
}
