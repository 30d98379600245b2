//! Numbers of any precision, as Terraform has them.

use std::{fmt, str::FromStr};

use bigdecimal::{
    BigDecimal, ToPrimitive, Zero,
    num_bigint::{BigInt, Sign},
};

/// A decimal number. Equal numbers are equal however they were written: `1.0` is `1`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Number(BigDecimal);

/// Text or bits that are not a finite number of a sensible size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NumberError;

impl fmt::Display for NumberError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not a finite number of at most {MAX_DIGITS} digits")
    }
}

impl std::error::Error for NumberError {}

/// The longest number accepted, written out in full. Terraform computes with 512 bits of precision and writes
/// exponents out; the longest 64-bit float takes 1,075 digits, and counts as 1,842: its digits and its exponent.
const MAX_DIGITS: usize = 2_000;

impl Number {
    /// Reads a decimal number, with or without an exponent.
    ///
    /// # Errors
    /// Text that is not a number, or one too long to be written out.
    pub fn parse(text: &str) -> Result<Self, NumberError> {
        // Longer than anything accepted is when it is written out, so that a state can hold what a configuration can.
        if text.len() > 2 * MAX_DIGITS {
            return Err(NumberError);
        }
        Self::bounded(BigDecimal::from_str(text).map_err(|_| NumberError)?)
    }

    /// The number that a 64-bit float stands for, exactly.
    ///
    /// # Errors
    /// Infinity and not-a-number.
    pub fn from_f64(float: f64) -> Result<Self, NumberError> {
        if !float.is_finite() {
            return Err(NumberError);
        }
        let bits = float.to_bits();
        let exponent = i32::try_from((bits >> 52) & 0x7ff).map_err(|_| NumberError)?;
        let fraction = bits & ((1 << 52) - 1);
        let (mantissa, shift) = match exponent {
            0 => (fraction, -1074),
            _ => (fraction | (1 << 52), exponent - 1075),
        };
        let sign = if float.is_sign_negative() { Sign::Minus } else { Sign::Plus };
        let mantissa = BigInt::from_biguint(sign, mantissa.into());
        let power = shift.unsigned_abs();
        let exact = if shift >= 0 {
            BigDecimal::from(mantissa << power)
        } else {
            // m / 2^p is m * 5^p / 10^p, which a decimal can hold exactly.
            BigDecimal::new(mantissa * BigInt::from(5).pow(power), i64::from(power))
        };
        Self::bounded(exact)
    }

    /// The whole number that this is, if it is one and fits.
    pub fn to_i64(&self) -> Option<i64> {
        if self.0.is_integer() { self.0.to_i64() } else { None }
    }

    /// Whether it has no fraction.
    pub(crate) fn is_whole(&self) -> bool {
        self.0.is_integer()
    }

    /// The 64-bit float that this is, if it is exactly one.
    pub fn to_exact_f64(&self) -> Option<f64> {
        let float = self.to_f64()?;
        (Self::from_f64(float).ok()? == *self).then_some(float)
    }

    /// The nearest 64-bit float, if the number is not too large for one.
    pub fn to_f64(&self) -> Option<f64> {
        self.0.to_f64().filter(|float| float.is_finite())
    }

    fn bounded(number: BigDecimal) -> Result<Self, NumberError> {
        if number.is_zero() {
            return Ok(Self(BigDecimal::zero()));
        }
        let number = number.normalized();
        let (_, scale) = number.as_bigint_and_exponent();
        let size = number.digits().saturating_add(scale.unsigned_abs());
        if size > MAX_DIGITS as u64 { Err(NumberError) } else { Ok(Self(number)) }
    }
}

impl From<i64> for Number {
    fn from(number: i64) -> Self {
        Self(BigDecimal::from(number).normalized())
    }
}

impl From<i32> for Number {
    fn from(number: i32) -> Self {
        i64::from(number).into()
    }
}

impl From<u64> for Number {
    fn from(number: u64) -> Self {
        Self(BigDecimal::from(number).normalized())
    }
}

impl std::ops::Neg for Number {
    type Output = Self;

    fn neg(self) -> Self {
        Self(-self.0)
    }
}

impl std::iter::Sum for Number {
    fn sum<I: Iterator<Item = Self>>(numbers: I) -> Self {
        Self(numbers.map(|number| number.0).sum::<BigDecimal>().normalized())
    }
}

/// Written out in full, without an exponent, as Terraform writes numbers into state.
impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.to_plain_string())
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_numbers_are_equal_however_written() {
        for (a, b) in [("1.0", "1"), ("1e2", "100"), ("0.10", "0.1"), ("-0", "0"), ("0e400", "0")] {
            assert_eq!(Number::parse(a), Number::parse(b), "{a} and {b}");
        }
    }

    #[test]
    fn exact_floats_are_distinguished_from_inexact_ones() {
        for (text, exact) in [("0.5", true), ("0.1", false), ("9007199254740993", false), ("1e300", false)] {
            let number = Number::parse(text).unwrap_or_else(|_| 0_i64.into());
            assert_eq!(number.to_exact_f64().is_some(), exact, "{text}");
        }
        for float in [f64::MIN_POSITIVE, 5e-324, f64::MAX, -2.5, 1e22] {
            let number = Number::from_f64(float);
            assert_eq!(number.map(|number| number.to_exact_f64()), Ok(Some(float)));
        }
    }

    #[test]
    fn what_is_accepted_can_be_read_again_when_it_is_written_out() {
        for text in ["1e1999", "1e2000", "1e3000", "1e-1999", "1e-2000", "1e-3000", "0.1e1999"] {
            if let Ok(number) = Number::parse(text) {
                assert_eq!(Number::parse(&number.to_string()), Ok(number), "{text}");
            }
        }
        assert!(Number::parse("1e1999").is_ok() && Number::parse("1e2000").is_err());
    }

    #[test]
    fn absurd_sizes_are_refused_before_they_are_written_out() {
        for text in ["1e999999999", "1e-999999999", "1e9999999999999999999999", "NaN", "inf", "", "1_0x"] {
            assert_eq!(Number::parse(text), Err(NumberError), "{text}");
        }
        assert_eq!(Number::from_f64(f64::INFINITY), Err(NumberError));
    }
}
