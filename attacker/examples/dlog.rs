//! Development driver: FILE FILTER
use attacker::cryptanalysis::*;
use num_bigint::BigUint;
use std::time::Instant;
fn cpu() -> f64 {
    let s = std::fs::read_to_string("/proc/self/stat").unwrap();
    let f: Vec<&str> = s.rsplit(')').next().unwrap().split_whitespace().collect();
    (f[11].parse::<f64>().unwrap() + f[12].parse::<f64>().unwrap()) / 100.0
}
fn main() {
    let path = std::env::args().nth(1).unwrap();
    let only = std::env::args().nth(2).unwrap_or_default();
    let data: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    for case in data.as_array().unwrap() {
        let id = case["id"].as_str().unwrap();
        if !id.contains(&only) {
            continue;
        }
        let num = |k: &str| case[k].as_str().and_then(|s| s.parse::<BigUint>().ok());
        let (p, g) = (num("p").unwrap(), num("g").unwrap());
        let budget = Budget::default();
        let mut phase: Option<(Phase, f64, Instant)> = None;
        let mut text = String::new();
        let mut last = (0, 0);
        let mut obs = |ph: Phase, d: u64, t: u64| {
            if ph == Phase::Sieve {
                last = (d, t);
            }
            if phase.map(|x| x.0) != Some(ph) {
                let (c, t) = (cpu(), Instant::now());
                if let Some((old, c0, t0)) = phase {
                    text += &format!("  [{old}: wall {:.3} cpu {:.2}]", (t - t0).as_secs_f64(), c - c0);
                }
                phase = Some((ph, c, t));
            }
        };
        let (t, c) = (Instant::now(), cpu());
        let solver = match Solver::new(&p, &g, &budget, &mut obs) {
            Ok(s) => s,
            Err(e) => {
                println!("{id} new: {e}");
                continue;
            }
        };
        println!("{id}: new wall {:.3} cpu {:.2}: {}", t.elapsed().as_secs_f64(), cpu() - c, solver.method());
        println!("{text} relations {last:?}");
        let mut silent = ();
        for k in ["A", "B"] {
            let Some(y) = num(k) else { continue };
            let t = Instant::now();
            match solver.solve(&y, &budget, &mut silent) {
                Ok(s) => {
                    assert_eq!(g.modpow(&s.x, &p), y);
                    println!("   {k} {:?} {} ops", t.elapsed(), s.cost.operations)
                }
                Err(e) => println!("   {k} {:?} {e}", t.elapsed()),
            }
        }
    }
}
