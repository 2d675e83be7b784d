//! Plain tables on a terminal.

/// Prints rows under a heading, each column as wide as its widest cell; the first column is flush left, the rest flush
/// right.
pub fn print(heading: &[&str], rows: &[Vec<String>]) {
    let heading: Vec<String> = heading.iter().map(|&cell| cell.to_owned()).collect();
    let widths: Vec<usize> = (0..heading.len())
        .map(|column| {
            let cells = std::iter::once(&heading).chain(rows).filter_map(|row| row.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        })
        .collect();
    let rule = widths.iter().map(|&width| "-".repeat(width)).collect();
    for row in [&heading, &rule].into_iter().chain(rows) {
        let cells = row.iter().zip(&widths).enumerate().map(|(column, (cell, &width))| {
            if column == 0 {
                format!("{cell:<width$}")
            } else {
                format!("{cell:>width$}")
            }
        });
        println!("  {}", cells.collect::<Vec<_>>().join("  ").trim_end());
    }
}

/// A number of bytes in kB of 1,000 bytes, as budgets count.
#[expect(clippy::cast_precision_loss, reason = "sizes of files are far below 2^52")]
pub fn kilobytes(bytes: u64) -> String {
    format!("{:.1} kB", bytes as f64 / 1000.0)
}
