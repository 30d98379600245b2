//! Many applies, imports, refreshes and kills under random faults; then the ledger is held against the state.
//!
//! `RANDOM_SEED` repeats a run, `RANDOM_RUNS` sets how many there are.

mod life;

use std::{
    env,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};

use mock_endpoint::fault::Kind;

use life::Life;

/// A generator of numbers that a seed repeats (splitmix64).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound as u64).unwrap()
    }
}

fn fault(random: &mut Random) -> Kind {
    match random.below(11) {
        0 => Kind::DropBefore,
        1 => Kind::DropAfter,
        2 => Kind::Error500,
        3 => Kind::Error503,
        4 => Kind::Error503After,
        5 => Kind::Throttling { retry_after: None },
        6 => Kind::Garbage,
        7 => Kind::Truncated,
        8 => Kind::WrongLength,
        9 => Kind::Slow { delay_ms: 300 },
        _ => Kind::Slow { delay_ms: 1500 },
    }
}

#[test]
fn whatever_happens_each_intent_is_one_order() {
    let number = |name: &str| env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let runs = number("RANDOM_RUNS").unwrap_or(40);
    let seed = number("RANDOM_SEED").unwrap_or_else(|| u64::from(std::process::id()) << 20);
    println!("RANDOM_SEED={seed} RANDOM_RUNS={runs}");
    let next = Arc::new(AtomicU64::new(seed));
    let lives: Vec<_> = (0..LIVES_AT_ONCE)
        .map(|_| {
            let next = Arc::clone(&next);
            thread::spawn(move || {
                loop {
                    let this = next.fetch_add(1, Ordering::Relaxed);
                    if this >= seed + runs {
                        return;
                    }
                    live(this);
                }
            })
        })
        .collect();
    let ended: Vec<_> = lives.into_iter().map(thread::JoinHandle::join).collect();
    assert!(ended.iter().all(Result::is_ok), "RANDOM_SEED={seed}");
}

/// How many lives go on side by side: most of the time they wait.
const LIVES_AT_ONCE: usize = 6;

fn live(seed: u64) {
    let Some(mut life) = Life::begin(seed) else { return };
    for _ in 0..1 + life.random.below(4) {
        life.act();
    }
    life.end();
}
