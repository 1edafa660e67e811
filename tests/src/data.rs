//! Independent test data, which lies beside the repository and not in it.

use std::path::PathBuf;

/// The bytes of `../shared/data/<path>` relative to the repository, unpacked where the name ends in `.zst`; where the
/// file is missing, one line on standard error says that `test` was not run.
///
/// # Panics
/// If the file is there but cannot be unpacked.
#[must_use]
pub fn read(test: &str, path: &str) -> Option<Vec<u8>> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    // A work tree may lie deeper than the repository itself.
    let found = root.ancestors().map(|above| above.join("shared/data").join(path)).find(|file| file.is_file());
    let Some(bytes) = found.and_then(|file| std::fs::read(file).ok()) else {
        eprintln!("{test}: not run, because ../shared/data/{path} is missing");
        return None;
    };
    if !path.ends_with(".zst") {
        return Some(bytes);
    }
    let mut unpacked = Vec::new();
    let mut decoder =
        ruzstd::decoding::StreamingDecoder::new(bytes.as_slice()).unwrap_or_else(|e| panic!("{path}: {e}"));
    std::io::Read::read_to_end(&mut decoder, &mut unpacked).unwrap_or_else(|e| panic!("{path}: {e}"));
    Some(unpacked)
}
