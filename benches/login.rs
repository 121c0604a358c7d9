//! Password verifications a second through the pool, against what the cores can do: raw argon2 in the same run.
//!
//! The raw figure is taken in rounds between those of the pool, on as many threads as the pool has, each with its
//! memory kept; so both see the same machine. The target is 90 %.
#![allow(missing_docs, clippy::unwrap_used, reason = "a benchmark fails by panicking")]

use argon2::{Algorithm, Argon2, Block, Params, Version};
use latchkey::identity::{HashParams, PasswordPool, PoolPolicy, Verdict};
use std::sync::Arc;
use std::thread;
use std::time::Instant;

/// Hashes a round.
const HASHES: usize = 64;
/// Rounds of each kind.
const ROUNDS: usize = 9;

fn main() {
    let policy = PoolPolicy::default();
    let pool = Arc::new(PasswordPool::start(policy).unwrap());
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let stored = pool.hash_blocking(&"plum-tractor-99-violet".into(), [1; 16]).unwrap().into_string();
    let (mut raw, mut pooled) = (Vec::new(), Vec::new());
    // Two rounds warm the threads and their memory.
    for round in 0..ROUNDS + 2 {
        let (by_raw, by_pool) =
            (raw_round(policy.workers.get()), runtime.block_on(pool_round(&pool, &stored)));
        if round >= 2 {
            raw.push(by_raw);
            pooled.push(by_pool);
        }
    }
    let (raw, pooled) = (median(raw), median(pooled));
    let cores = policy.workers;
    println!("cores                          {cores}");
    println!("raw argon2id m=19456 t=2 p=1   {raw:8.1} hashes/s");
    println!("through the pool               {pooled:8.1} verifications/s");
    println!("share                          {:8.1} %", 100.0 * pooled / raw);
}

/// Hashes a second of bare argon2 on `threads` threads.
fn raw_round(threads: usize) -> f64 {
    let each = HASHES / threads;
    let mut memories: Vec<Vec<Block>> = vec![vec![Block::default(); 19_456]; threads];
    let start = Instant::now();
    thread::scope(|scope| {
        for memory in &mut memories {
            scope.spawn(move || {
                let params = HashParams::RECOMMENDED;
                let params =
                    Params::new(params.memory_kib(), params.passes(), params.lanes(), Some(32)).unwrap();
                let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
                let mut out = [0; 32];
                for _ in 0..each {
                    let blocks = memory.as_mut_slice();
                    argon2.hash_password_into_with_memory(b"password", &[1; 16], &mut out, blocks).unwrap();
                }
            });
        }
    });
    rate(each * threads, start)
}

/// Verifications a second through the pool, all asked for at once.
async fn pool_round(pool: &Arc<PasswordPool>, stored: &str) -> f64 {
    let start = Instant::now();
    let asked: Vec<_> = (0..HASHES)
        .map(|_| {
            let (pool, stored) = (Arc::clone(pool), stored.to_owned());
            async move { pool.verify("plum-tractor-99-violet".into(), Some(stored)).await.unwrap() }
        })
        .collect();
    let set = tokio::task::LocalSet::new();
    set.run_until(async {
        let tasks: Vec<_> = asked.into_iter().map(tokio::task::spawn_local).collect();
        for task in tasks {
            assert_eq!(task.await.unwrap(), Verdict::Right { rehash: false });
        }
    })
    .await;
    rate(HASHES, start)
}

#[allow(clippy::cast_precision_loss, reason = "small numbers")]
fn rate(hashes: usize, start: Instant) -> f64 {
    hashes as f64 / start.elapsed().as_secs_f64()
}

fn median(mut rates: Vec<f64>) -> f64 {
    rates.sort_by(f64::total_cmp);
    rates.get(rates.len() / 2).copied().unwrap_or_default()
}
