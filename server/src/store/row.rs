//! Reading the columns of a row. What cannot be understood is an error, never a default.

use portal::moment::Moment;
use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::{Breakdown, Result};

pub(super) fn text(row: &AnyRow, column: &'static str) -> Result<String> {
    Ok(row.try_get(column)?)
}

pub(super) fn maybe_text(row: &AnyRow, column: &'static str) -> Result<Option<String>> {
    Ok(row.try_get(column)?)
}

pub(super) fn bytes(row: &AnyRow, column: &'static str) -> Result<Vec<u8>> {
    Ok(row.try_get(column)?)
}

pub(super) fn number(row: &AnyRow, column: &'static str) -> Result<i64> {
    Ok(row.try_get(column)?)
}

/// A number that fits a narrower type.
pub(super) fn small<T: TryFrom<i64>>(row: &AnyRow, column: &'static str) -> Result<T> {
    T::try_from(number(row, column)?).map_err(|_| Breakdown::Row(column))
}

pub(super) fn flag(row: &AnyRow, column: &'static str) -> Result<bool> {
    match number(row, column)? {
        0 => Ok(false),
        1 => Ok(true),
        _ => Err(Breakdown::Row(column)),
    }
}

pub(super) fn moment(row: &AnyRow, column: &'static str) -> Result<Moment> {
    Ok(Moment::from_millis(number(row, column)?))
}

pub(super) fn maybe_moment(row: &AnyRow, column: &'static str) -> Result<Option<Moment>> {
    let millis: Option<i64> = row.try_get(column)?;
    Ok(millis.map(Moment::from_millis))
}

/// A word of a closed set.
pub(super) fn word<T>(row: &AnyRow, column: &'static str, read: fn(&str) -> Option<T>) -> Result<T> {
    read(&text(row, column)?).ok_or(Breakdown::Row(column))
}
