//! The msgpack encoding of values, the one that Terraform speaks on the wire.

use std::collections::BTreeMap;

use rmp::{Marker, decode, encode};

use super::{CodecError, MAX_DEPTH, Number, Refinement, Step, Type, Value};

/// The extension type of an unknown value that has refinements; a plain unknown has type 0.
const REFINED_UNKNOWN: i8 = 12;

/// The most values that one message may hold, so that a few bytes each cannot fill the memory.
const MAX_VALUES: usize = 4_000_000;

/// Reads a value of this type.
///
/// # Errors
/// Bytes that are cut, that go on after the value, or that are not a value of the type.
pub fn decode(bytes: &[u8], ty: &Type) -> Result<Value, CodecError> {
    let mut decoder = Decoder { rest: bytes, values_left: MAX_VALUES };
    let value = decoder.value(ty, MAX_DEPTH)?;
    if decoder.rest.is_empty() { Ok(value) } else { Err(CodecError::new("bytes are left over after the value")) }
}

/// Writes a value of this type.
///
/// # Errors
/// A value that is not of the type.
pub fn encode(value: &Value, ty: &Type) -> Result<Vec<u8>, CodecError> {
    let mut out = Vec::with_capacity(256);
    write(&mut out, value, ty)?;
    Ok(out)
}

struct Decoder<'a> {
    rest: &'a [u8],
    values_left: usize,
}

fn cut<E>(_: E) -> CodecError {
    CodecError::new("the value is cut short or malformed")
}

impl<'a> Decoder<'a> {
    fn value(&mut self, ty: &Type, depth: usize) -> Result<Value, CodecError> {
        let depth = depth.checked_sub(1).ok_or_else(|| CodecError::new("nested too deeply"))?;
        self.values_left = self.values_left.checked_sub(1).ok_or_else(|| CodecError::new("too many values"))?;
        match self.peek()? {
            Marker::Null => {
                self.rest = &self.rest[1..];
                return Ok(Value::Null);
            }
            Marker::FixExt1
            | Marker::FixExt2
            | Marker::FixExt4
            | Marker::FixExt8
            | Marker::FixExt16
            | Marker::Ext8
            | Marker::Ext16
            | Marker::Ext32 => return self.unknown(),
            _ => {}
        }
        match ty {
            Type::String => self.text().map(|text| Value::String(text.to_owned())),
            Type::Number => self.number().map(Value::Number),
            Type::Bool => decode::read_bool(&mut self.rest).map(Value::Bool).map_err(cut),
            Type::Dynamic => self.dynamic(depth),
            Type::List(element) => self.elements(element, depth).map(Value::List),
            Type::Set(element) => self.elements(element, depth).map(Value::set),
            Type::Tuple(types) => self.tuple(types, depth),
            Type::Map(element) => self.map(|_| Some(element), Step::Key, depth),
            Type::Object(attributes) => {
                let value = self.map(|name| attributes.get(name), Step::Attribute, depth)?;
                match attributes.keys().find(|name| !value.as_map().is_some_and(|map| map.contains_key(*name))) {
                    None => Ok(value),
                    Some(missing) => Err(CodecError::new("the attribute is missing").within(attribute(missing))),
                }
            }
        }
    }

    fn peek(&self) -> Result<Marker, CodecError> {
        self.rest.first().map(|byte| Marker::from_u8(*byte)).ok_or_else(|| cut(()))
    }

    fn take(&mut self, length: u32) -> Result<&'a [u8], CodecError> {
        let (taken, rest) = self.rest.split_at_checked(length as usize).ok_or_else(|| cut(()))?;
        self.rest = rest;
        Ok(taken)
    }

    /// A length that the bytes which are left can possibly hold: every element takes one at least.
    fn length(&self, length: u32) -> Result<usize, CodecError> {
        let length = length as usize;
        if length <= self.rest.len() && length <= self.values_left { Ok(length) } else { Err(cut(())) }
    }

    fn text(&mut self) -> Result<&'a str, CodecError> {
        let length = decode::read_str_len(&mut self.rest).map_err(cut)?;
        std::str::from_utf8(self.take(length)?).map_err(|_| CodecError::new("a string is not UTF-8"))
    }

    fn number(&mut self) -> Result<Number, CodecError> {
        match self.peek()? {
            Marker::F32 => Ok(Number::from_f64(decode::read_f32(&mut self.rest).map_err(cut)?.into())?),
            Marker::F64 => Ok(Number::from_f64(decode::read_f64(&mut self.rest).map_err(cut)?)?),
            Marker::U64 => decode::read_u64(&mut self.rest).map(Number::from).map_err(cut),
            Marker::FixStr(_) | Marker::Str8 | Marker::Str16 | Marker::Str32 => Ok(Number::parse(self.text()?)?),
            _ => decode::read_int::<i64, _>(&mut self.rest).map(Number::from).map_err(cut),
        }
    }

    fn elements(&mut self, ty: &Type, depth: usize) -> Result<Vec<Value>, CodecError> {
        let length = decode::read_array_len(&mut self.rest).map_err(cut)?;
        (0..self.length(length)?).map(|at| self.value(ty, depth).map_err(|error| error.within(index(at)))).collect()
    }

    fn tuple(&mut self, types: &[Type], depth: usize) -> Result<Value, CodecError> {
        let length = decode::read_array_len(&mut self.rest).map_err(cut)?;
        if self.length(length)? != types.len() {
            return Err(CodecError::new("the tuple has another number of elements"));
        }
        let elements = types.iter().enumerate();
        let elements = elements.map(|(at, ty)| self.value(ty, depth).map_err(|error| error.within(index(at))));
        elements.collect::<Result<_, _>>().map(Value::List)
    }

    fn map<'t>(
        &mut self,
        ty: impl Fn(&str) -> Option<&'t Type>,
        step: fn(String) -> Step,
        depth: usize,
    ) -> Result<Value, CodecError> {
        let length = decode::read_map_len(&mut self.rest).map_err(cut)?;
        let mut map = BTreeMap::new();
        for _ in 0..self.length(length)? {
            let name = self.text()?;
            let within = |error: CodecError| error.within(step(name.to_owned()));
            let ty = ty(name).ok_or_else(|| within(CodecError::new("there is no such attribute")))?;
            let value = self.value(ty, depth).map_err(within)?;
            if map.insert(name.to_owned(), value).is_some() {
                return Err(within(CodecError::new("the name is there twice")));
            }
        }
        Ok(Value::Map(map))
    }

    fn dynamic(&mut self, depth: usize) -> Result<Value, CodecError> {
        if decode::read_array_len(&mut self.rest).map_err(cut)? != 2 {
            return Err(CodecError::new("a value of any type comes as its type and itself"));
        }
        let length = decode::read_bin_len(&mut self.rest).map_err(cut)?;
        let ty = Type::from_json(self.take(length)?).map_err(|error| CodecError::new(error.to_string()))?;
        let value = self.value(&ty, depth)?;
        Ok(Value::Dynamic(Box::new((ty, value))))
    }

    fn unknown(&mut self) -> Result<Value, CodecError> {
        let meta = decode::read_ext_meta(&mut self.rest).map_err(cut)?;
        let body = self.take(meta.size)?;
        if meta.typeid != REFINED_UNKNOWN {
            return Ok(Value::unknown());
        }
        let mut inner = Decoder { rest: body, values_left: 64 };
        let length = decode::read_map_len(&mut inner.rest).map_err(cut)?;
        let mut refinement = Refinement::default();
        for _ in 0..inner.length(length)? {
            match decode::read_int::<i64, _>(&mut inner.rest).map_err(cut)? {
                1 => refinement.not_null = !decode::read_bool(&mut inner.rest).map_err(cut)?,
                2 => refinement.prefix = Some(inner.text()?.to_owned()),
                3 => refinement.lower = Some(inner.bound()?),
                4 => refinement.upper = Some(inner.bound()?),
                5 => refinement.min_length = Some(decode::read_int(&mut inner.rest).map_err(cut)?),
                6 => refinement.max_length = Some(decode::read_int(&mut inner.rest).map_err(cut)?),
                // Refinements only narrow what is possible, so one of a later protocol can be left out, and
                // with it what follows, whose form is not known here.
                _ => break,
            }
        }
        Ok(Value::Unknown(refinement))
    }

    fn bound(&mut self) -> Result<(Number, bool), CodecError> {
        match decode::read_array_len(&mut self.rest).map_err(cut)? {
            2 => Ok((self.number()?, decode::read_bool(&mut self.rest).map_err(cut)?)),
            _ => Err(cut(())),
        }
    }
}

fn attribute(name: &str) -> Step {
    Step::Attribute(name.to_owned())
}

fn index(at: usize) -> Step {
    Step::Index(i64::try_from(at).unwrap_or(i64::MAX))
}

fn length_of(elements: usize) -> Result<u32, CodecError> {
    u32::try_from(elements).map_err(|_| CodecError::new("too long for msgpack"))
}

fn write(out: &mut Vec<u8>, value: &Value, ty: &Type) -> Result<(), CodecError> {
    match (value, ty) {
        (Value::Null, _) => encode::write_nil(out).map_err(cut),
        (Value::Unknown(refinement), _) => write_unknown(out, refinement),
        (Value::Dynamic(typed), Type::Dynamic) => {
            encode::write_array_len(out, 2).map_err(cut)?;
            encode::write_bin(out, typed.0.to_json().to_string().as_bytes()).map_err(cut)?;
            write(out, &typed.1, &typed.0)
        }
        (Value::String(text), Type::String) => encode::write_str(out, text).map_err(cut),
        (Value::Bool(flag), Type::Bool) => encode::write_bool(out, *flag).map_err(cut),
        (Value::Number(number), Type::Number) => write_number(out, number),
        (Value::List(elements), Type::List(ty)) | (Value::Set(elements), Type::Set(ty)) => {
            encode::write_array_len(out, length_of(elements.len())?).map_err(cut)?;
            write_elements(out, elements.iter().map(|element| (element, &**ty)))
        }
        (Value::List(elements), Type::Tuple(types)) if elements.len() == types.len() => {
            encode::write_array_len(out, length_of(elements.len())?).map_err(cut)?;
            write_elements(out, elements.iter().zip(types))
        }
        (Value::Map(map), Type::Map(ty)) => {
            encode::write_map_len(out, length_of(map.len())?).map_err(cut)?;
            map.iter().try_for_each(|(name, value)| write_entry(out, name, value, ty))
        }
        (Value::Map(map), Type::Object(attributes)) => {
            if let Some(name) = map.keys().find(|name| !attributes.contains_key(*name)) {
                return Err(CodecError::new("there is no such attribute").within(attribute(name)));
            }
            encode::write_map_len(out, length_of(attributes.len())?).map_err(cut)?;
            attributes.iter().try_for_each(|(name, ty)| write_entry(out, name, value.get(name), ty))
        }
        _ => Err(CodecError::new("the value is not of the type that the schema gives it")),
    }
}

fn write_elements<'v>(
    out: &mut Vec<u8>,
    mut elements: impl Iterator<Item = (&'v Value, &'v Type)>,
) -> Result<(), CodecError> {
    let mut at = 0;
    elements.try_for_each(|(element, ty)| {
        at += 1;
        write(out, element, ty).map_err(|error| error.within(index(at - 1)))
    })
}

fn write_entry(out: &mut Vec<u8>, name: &str, value: &Value, ty: &Type) -> Result<(), CodecError> {
    encode::write_str(out, name).map_err(cut)?;
    write(out, value, ty).map_err(|error| error.within(attribute(name)))
}

/// As cty does: a whole number where it fits, else a float where it has a fraction and is exact, else text. Terraform would
/// write a whole number that comes as a float by the float's shortest digits, which stand for another number.
fn write_number(out: &mut Vec<u8>, number: &Number) -> Result<(), CodecError> {
    if let Some(whole) = number.to_i64() {
        encode::write_sint(out, whole).map(drop).map_err(cut)
    } else if let Some(float) = number.to_exact_f64().filter(|_| !number.is_whole()) {
        encode::write_f64(out, float).map_err(cut)
    } else {
        encode::write_str(out, &number.to_string()).map_err(cut)
    }
}

fn write_unknown(out: &mut Vec<u8>, refinement: &Refinement) -> Result<(), CodecError> {
    if *refinement == Refinement::default() {
        out.extend([Marker::FixExt1.to_u8(), 0, 0]);
        return Ok(());
    }
    let mut entries = 0;
    let mut body = Vec::new();
    let mut entry = |body: &mut Vec<u8>, key: u8| {
        entries += 1;
        encode::write_uint(body, key.into()).map(drop).map_err(cut)
    };
    if refinement.not_null {
        entry(&mut body, 1)?;
        encode::write_bool(&mut body, false).map_err(cut)?;
    }
    if let Some(prefix) = &refinement.prefix {
        entry(&mut body, 2)?;
        encode::write_str(&mut body, prefix).map_err(cut)?;
    }
    for (key, bound) in [(3, &refinement.lower), (4, &refinement.upper)] {
        if let Some((number, inclusive)) = bound {
            entry(&mut body, key)?;
            encode::write_array_len(&mut body, 2).map_err(cut)?;
            write_number(&mut body, number)?;
            encode::write_bool(&mut body, *inclusive).map_err(cut)?;
        }
    }
    for (key, length) in [(5, refinement.min_length), (6, refinement.max_length)] {
        if let Some(length) = length {
            entry(&mut body, key)?;
            encode::write_uint(&mut body, length).map_err(cut)?;
        }
    }
    let mut map = Vec::new();
    encode::write_map_len(&mut map, entries).map_err(cut)?;
    map.append(&mut body);
    encode::write_ext_meta(out, length_of(map.len())?, REFINED_UNKNOWN).map_err(cut)?;
    out.append(&mut map);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The bytes are those that cty's own msgpack package writes, as its format description gives them.
    #[test]
    fn known_bytes() {
        let number = |text| Number::parse(text).map_or(Value::Null, Value::Number);
        let table: [(Value, Type, &[u8]); 8] = [
            (Value::unknown(), Type::String, &[0xd4, 0, 0]),
            (Value::Null, Type::Dynamic, &[0xc0]),
            (1_i64.into(), Type::Number, &[1]),
            (number("0.5"), Type::Number, &[0xcb, 0x3f, 0xe0, 0, 0, 0, 0, 0, 0]),
            (number("0.1"), Type::Number, &[0xa3, b'0', b'.', b'1']),
            (Value::object([("a", true.into())]), Type::object([("a", Type::Bool)]), &[0x81, 0xa1, b'a', 0xc3]),
            (Value::set([2_i64.into(), 1_i64.into(), 2_i64.into()]), Type::set(Type::Number), &[0x92, 1, 2]),
            (
                Value::Unknown(Refinement { not_null: true, ..Refinement::default() }),
                Type::String,
                &[0xc7, 3, 12, 0x81, 1, 0xc2],
            ),
        ];
        for (value, ty, bytes) in table {
            assert_eq!(encode(&value, &ty).as_deref(), Ok(bytes), "{value:?}");
            assert_eq!(decode(bytes, &ty), Ok(value));
        }
    }

    #[test]
    fn hostile_bytes_are_refused() {
        let strings = Type::list(Type::String);
        let table: [(&[u8], &Type); 7] = [
            (&[0xdd, 0xff, 0xff, 0xff, 0xff], &strings),
            (&[0xdb, 0xff, 0xff, 0xff, 0xff, b'a'], &Type::String),
            (&[0xdf, 0xff, 0xff, 0xff, 0xff], &Type::map(Type::String)),
            (&[0xa2, 0xff, 0xfe], &Type::String),
            (&[0xc0, 0xc0], &Type::String),
            (&[0xcb, 0x7f, 0xf0, 0, 0, 0, 0, 0, 0], &Type::Number),
            (&[], &Type::Bool),
        ];
        for (bytes, ty) in table {
            assert!(decode(bytes, ty).is_err(), "{bytes:x?}");
        }
        let mut nested = Vec::new();
        for _ in 0..10_000 {
            nested.extend([0x92, 0xc4, 9]);
            nested.extend(b"\"dynamic\"");
        }
        assert!(decode(&nested, &Type::Dynamic).is_err());
    }
}
