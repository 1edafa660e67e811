//! Discrete logarithms beside PARI/GP, same primes, same run, as a Markdown table.
//!
//! `cargo bench -p cryptanalysis --bench discrete_logs -- [LARGEST_BITS] [LARGEST_BITS_FOR_PARI] [update]` (defaults 160 and
//! 112). With `update` the figures replace those of `measured.txt`, from which the table of the documentation is made.
#![allow(missing_docs, clippy::print_stdout, clippy::unwrap_used, reason = "a program for developers")]

use std::io::Write;
use std::process::{Command, Stdio};
use std::time::Instant;

use cryptanalysis::{Budget, Solver};
use num_bigint::BigUint;

/// Safe primes with a generator, made with PARI/GP (`setrand(2026)`).
const SAFE: &[(u32, &str, u32)] = &[
    (48, "257501552279507", 2),
    (64, "12653297704270412027", 2),
    (80, "637172398473033239597927", 5),
    (96, "46965650349822910534078126523", 2),
    (112, "4859896512549922886635660771220939", 2),
    (128, "219077078857858290763965994249996913399", 7),
    (144, "18350341239306662274046052506332783282800327", 5),
    (160, "1186395277719111948692428396903558037672080388963", 2),
    (180, "1236477184384691668136558094358713604056731588171210099", 2),
    (200, "1365527461249526119942824584222656395977813993572288327043783", 5),
    (224, "26776516770391827528056609977609218930163620644769424427830982094719", 11),
    (256, "96801412185182351889880463774815150503200841842309239804462646146445322386783", 5),
];

/// Primes of 1024 bits whose p − 1 has only factors of at most 24 and 32 bits.
const SMOOTH: &[(u32, &str, u32)] = &[
    (
        24,
        "126950714138121677323946316867362039549303857184753094911205143620635091014513891024950725960799493340787015658717910045172656739052560910942016312549306882886427984613484496130825827517504414549546169266067425624331083174307150108138566005596394695798045478475626331656193394312429301868325845507199363292779",
        2,
    ),
    (
        32,
        "114600188610397800472319724250470007665396413681740161119541260937705222925567821407989144365600463383953585682880560767173241852562007148386315768194694578615417522046562722236648696440797458733489450997156748697413132685351186458182163861890303199688146706593698715229643221598916640927283134987705117903487",
        5,
    ),
];

const TARGETS: u32 = 5;

fn main() {
    let mut arguments = std::env::args().skip(1).collect::<Vec<_>>();
    // `cargo test --benches` builds and starts this too, without `--bench`
    let Some(bench) = arguments.iter().position(|a| a == "--bench") else { return };
    arguments.remove(bench);
    let update = arguments.iter().any(|a| a == "update");
    let mut limits = arguments.iter().filter_map(|a| a.parse::<u32>().ok());
    let (largest, largest_for_pari) = (limits.next().unwrap_or(160), limits.next().unwrap_or(112));
    println!("| p | precomputation, wall s | CPU s | each target, wall ms | PARI znlog, one target, CPU s |");
    println!("|---|---|---|---|---|");
    let mut rows = Vec::new();
    for &(bits, p, g) in SAFE.iter().filter(|(bits, ..)| *bits <= largest) {
        rows.push(row(&format!("safe, {bits} bits"), p, g, bits <= largest_for_pari));
    }
    for &(bits, p, g) in SMOOTH {
        rows.push(row(&format!("1024 bits, factors of {bits} bits"), p, g, true));
    }
    if update {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/measured.txt");
        let before = std::fs::read_to_string(path).unwrap();
        // what it is, and on what it was measured
        let kept = before.lines().filter(|line| line.split('\t').count() < 5).map(str::to_owned);
        let lines: Vec<String> = kept.chain(rows.into_iter().map(|row| row.join("\t"))).collect();
        std::fs::write(path, lines.join("\n") + "\n").unwrap();
    }
}

/// As it is printed: name, wall and CPU seconds, wall milliseconds of each target, CPU seconds of PARI/GP.
fn row(name: &str, p: &str, g: u32, with_pari: bool) -> [String; 5] {
    let (p, g): (BigUint, BigUint) = (p.parse().unwrap(), g.into());
    let budget = Budget { core_seconds: 1e4, ..Budget::default() };
    let (start, cpu) = (Instant::now(), cpu_seconds());
    let solver = Solver::new(&p, &g, &budget, &mut ()).unwrap();
    let (wall, cpu) = (start.elapsed().as_secs_f64(), cpu_seconds().zip(cpu).map(|(after, before)| after - before));
    let targets: Vec<BigUint> = (1..=TARGETS).map(|k| target(&p, &g, k)).collect();
    let start = Instant::now();
    for y in &targets {
        let x = solver.solve(y, &budget, &mut ()).unwrap().x;
        assert_eq!(g.modpow(&x, &p), *y);
    }
    let each = start.elapsed().as_secs_f64() * 1000.0 / f64::from(TARGETS);
    let pari = if with_pari { pari_seconds(&p, &g, &targets[0]) } else { None };
    let show = |x: Option<f64>| x.map_or("–".to_owned(), |x| format!("{x:.2}"));
    let row = [name.to_owned(), format!("{wall:.3}"), show(cpu), format!("{each:.1}"), show(pari)];
    println!("| {} |", row.join(" | "));
    row
}

/// g to a power that nobody would guess.
fn target(p: &BigUint, g: &BigUint, k: u32) -> BigUint {
    let exponent = (p / 3u32 + k).modpow(&BigUint::from(k + 4), &(p - 1u32));
    g.modpow(&exponent, p)
}

/// Processor time of this process, where /proc tells it.
fn cpu_seconds() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let fields: Vec<&str> = stat.rsplit(')').next()?.split_whitespace().collect();
    let ticks: f64 = fields.get(11)?.parse::<f64>().ok()? + fields.get(12)?.parse::<f64>().ok()?;
    Some(ticks / 100.0)
}

/// Processor time of PARI/GP for the same logarithm, if `gp` is installed.
fn pari_seconds(p: &BigUint, g: &BigUint, y: &BigUint) -> Option<f64> {
    let mut gp = Command::new("gp");
    gp.args(["-q", "-f", "-s", "512000000"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut gp = gp.spawn().ok()?;
    let question =
        format!("gettime();x=znlog(Mod({y},{p}),Mod({g},{p}));t=gettime();print(Mod({g},{p})^x=={y},\" \",t)\n");
    gp.stdin.take()?.write_all(question.as_bytes()).ok()?;
    let answer = String::from_utf8(gp.wait_with_output().ok()?.stdout).ok()?;
    let milliseconds: f64 = answer.trim().strip_prefix("1 ")?.parse().ok()?;
    Some(milliseconds / 1000.0)
}
