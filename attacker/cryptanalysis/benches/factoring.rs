//! Factoring beside PARI/GP's `factorint`, same numbers, same run, as a Markdown table.
//!
//! `cargo bench -p cryptanalysis --bench factoring -- [LARGEST_SEMIPRIME] [LARGEST_FOR_PARI]` in bits (defaults 200 and 180).
#![allow(missing_docs, clippy::print_stdout, clippy::unwrap_used, reason = "a program for developers")]

use std::io::Write;
use std::process::{Command, Stdio};
use std::time::Instant;

use cryptanalysis::{Budget, Effort, Factoring};
use num_bigint::BigUint;

/// Products of two primes of equal size, made with PARI/GP (`setrand(2026)`).
const SEMIPRIMES: &[(u64, &str)] = &[
    (80, "1145673438477488575215761"),
    (100, "712292180108172097427198719627"),
    (120, "892903883890662564684841490743504763"),
    (140, "850019436133460023328714823210117050644553"),
    (160, "1369869880701866078012456854779810540251488681903"),
    (180, "1183836868473622279460182383067362728934846542175482291"),
    (200, "1031158130083359341795875895446137867950818112809444723442459"),
    (224, "18712732252141311845268987165265789146480358526264245143093017029127"),
];

/// Numbers that other methods split, made likewise; whether PARI/GP is asked too.
const OTHERS: &[(&str, &str, bool)] = &[
    ("four primes of 63 bits", "1916709455314559758151287662801376961520474434691328919904322375120889578943", true),
    (
        "p − 1 and q − 1 of primes of 16 bits, 1000 bits",
        "132284630021630702565933506944597354951349024928100888312825155548820118346071717344910407123636470609822246516896775049015579487167543658014734961676430972343036149105183785748790231636477102204135809804023956595276208095208269893339560027772749904091997388692049884100628070698236773559397774497955606207231",
        false,
    ),
    (
        "p − 1 and q − 1 of primes of 20 bits, 1000 bits",
        "4951127370283715007830234707980042329318505733152526006416884165077852739537291065910113191235920838602954053590470939174675782422674287518840350048708198324222226123533672563667427132170521514366700180684657582395538682128646899031744900716490209152833938152419785709447824211124789648318416517207901369019137",
        false,
    ),
    (
        "p − 1 and q − 1 of primes of 17 bits, 2000 bits",
        "82057125649616710147042119086696870668038157486270854455280972770243285068819272469695514825929476116482780716226407926124480419603946907973147912533720841989689611866473945858468848097789666724555410920925112000124707912015779495817911665405082798630955382690201387598662110718678869364141649743778852531519054705826130845673286479887564848171321779988033541925323968196390051857681884120484171640789406424921886768889261168145215989438098114863709551431435158642009814724287378153420949635884692308951456473323304379688671693616061367124006027497205723247937567922081897850488123511442789995467976747000149865141",
        false,
    ),
    (
        "a prime of 60 bits in 1024",
        "119983895430284127513074998440477775759079250878384647372927034930275643663614792258054850178642708170222174663325006287730008595272696089261723357225364344141519842562349879863956219704588061214999883346387735498077221292672274646590195456406346389918297031439825728292743156176129129170282707845369459622551",
        false,
    ),
];

fn main() {
    let mut arguments = std::env::args().skip(1).collect::<Vec<_>>();
    // `cargo test --benches` builds and starts this too, without `--bench`
    let Some(bench) = arguments.iter().position(|a| a == "--bench") else { return };
    arguments.remove(bench);
    let mut limits = arguments.iter().filter_map(|a| a.parse::<u64>().ok());
    let (largest, largest_for_pari) = (limits.next().unwrap_or(200), limits.next().unwrap_or(180));
    println!("| n | wall s | CPU s | PARI factorint, CPU s |");
    println!("|---|---|---|---|");
    for &(bits, n) in SEMIPRIMES.iter().filter(|(bits, _)| *bits <= largest) {
        row(&format!("two primes, {bits} bits"), n, bits <= largest_for_pari);
    }
    for &(name, n, pari) in OTHERS {
        row(name, n, pari);
    }
}

fn row(name: &str, digits: &str, with_pari: bool) {
    let n: BigUint = digits.parse().unwrap();
    let (start, cpu) = (Instant::now(), cpu_seconds());
    let mut factoring = Factoring::new(&n);
    factoring.run(Effort::seconds(300.0), &Budget::default(), &mut ()).unwrap();
    let (wall, cpu) = (start.elapsed().as_secs_f64(), cpu_seconds().zip(cpu).map(|(after, before)| after - before));
    assert!(factoring.resisted().is_empty() && factoring.factorisation().product() == n, "{name}");
    let pari = if with_pari { pari_seconds(digits) } else { None };
    let show = |x: Option<f64>| x.map_or("–".to_owned(), |x| format!("{x:.2}"));
    println!("| {name} | {wall:.3} | {} | {} |", show(cpu), show(pari));
}

/// Processor time of this process, where /proc tells it.
fn cpu_seconds() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let fields: Vec<&str> = stat.rsplit(')').next()?.split_whitespace().collect();
    let ticks: f64 = fields.get(11)?.parse::<f64>().ok()? + fields.get(12)?.parse::<f64>().ok()?;
    Some(ticks / 100.0)
}

/// Processor time of PARI/GP for the same number, if `gp` is installed.
fn pari_seconds(digits: &str) -> Option<f64> {
    let mut gp = Command::new("gp");
    gp.args(["-q", "-f", "-s", "512000000"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut gp = gp.spawn().ok()?;
    let question = format!("gettime();f=factorint({digits});t=gettime();print(factorback(f)=={digits},\" \",t)\n");
    gp.stdin.take()?.write_all(question.as_bytes()).ok()?;
    let answer = String::from_utf8(gp.wait_with_output().ok()?.stdout).ok()?;
    let milliseconds: f64 = answer.trim().strip_prefix("1 ")?.parse().ok()?;
    Some(milliseconds / 1000.0)
}
