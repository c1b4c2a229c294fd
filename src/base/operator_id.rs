//! The 128-bit id of an operator, by which a snapshot's state finds its operator again (SP-7). Flink: `OperatorID`.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An operator's id. Shown, and written in files, as 32 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct OperatorId(pub [u8; 16]);

impl OperatorId {
    /// The id that these 32 hexadecimal digits write.
    pub fn from_hex(text: &str) -> Option<OperatorId> {
        let digits = text.as_bytes();
        let digit = |at: usize| digits.get(at).and_then(|digit| char::from(*digit).to_digit(16));
        let mut id = [0; 16];
        for (at, byte) in id.iter_mut().enumerate() {
            *byte = (digit(2 * at)? << 4 | digit(2 * at + 1)?) as u8;
        }
        (digits.len() == 32).then_some(OperatorId(id))
    }
}

impl fmt::Display for OperatorId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for byte in self.0 {
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for OperatorId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OperatorId({self})")
    }
}

impl Serialize for OperatorId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for OperatorId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<OperatorId, D::Error> {
        let text = String::deserialize(deserializer)?;
        OperatorId::from_hex(&text).ok_or_else(|| serde::de::Error::custom("an operator id has 32 hexadecimal digits"))
    }
}
