//! Times in words.

use time::OffsetDateTime;

/// Unix seconds as `2026-11-21 15:04:05 UTC`.
pub fn date(seconds: i64) -> String {
    let Ok(at) = OffsetDateTime::from_unix_timestamp(seconds) else { return format!("unix second {seconds}") };
    let mut text = String::with_capacity(24);
    let year = at.year();
    if (0..=9999).contains(&year) {
        two_digits(&mut text, year / 100);
        two_digits(&mut text, year % 100);
    } else {
        text.push_str(&year.to_string());
    }
    let rest = [u8::from(at.month()), at.day(), at.hour(), at.minute(), at.second()];
    for (separator, number) in ['-', '-', ' ', ':', ':'].into_iter().zip(rest) {
        text.push(separator);
        two_digits(&mut text, i32::from(number));
    }
    text.push_str(" UTC");
    text
}

/// Dates stand in every validation, and `format!` shows in its profile.
fn two_digits(text: &mut String, number: i32) {
    for digit in [number / 10, number % 10] {
        text.push(u8::try_from(digit).map_or('?', |digit| char::from(b'0' + digit)));
    }
}
