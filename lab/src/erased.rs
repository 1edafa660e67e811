//! Values of many variants, written and read behind a pointer to the format: the code for their variants is made once, here, instead
//! of in every program for every format that it writes.

/// Implements `Serialize` and `Deserialize` of types that derive them with `remote = "Self"`, which makes of both a function of the type
/// and no implementation: `Written` is the value with that function for its implementation, for there to be a pointer to.
macro_rules! erased {
    ($($type:ty),* $(,)?) => { $(const _: () = {
        struct Written<'v>(&'v $type);

        impl serde::Serialize for Written<'_> {
            fn serialize<S: serde::Serializer>(&self, format: S) -> Result<S::Ok, S::Error> {
                <$type>::serialize(self.0, format)
            }
        }

        // What a program may have inlined is made in it.
        #[inline(never)]
        fn erase<'v>(value: &'v Written<'_>) -> &'v dyn erased_serde::Serialize {
            value
        }

        #[inline(never)]
        fn read<'de>(format: &mut dyn erased_serde::Deserializer<'de>) -> Result<$type, erased_serde::Error> {
            <$type>::deserialize(format)
        }

        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, format: S) -> Result<S::Ok, S::Error> {
                erased_serde::serialize(erase(&Written(self)), format)
            }
        }

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(format: D) -> Result<Self, D::Error> {
                read(&mut <dyn erased_serde::Deserializer<'de>>::erase(format)).map_err(serde::de::Error::custom)
            }
        }
    };)* };
}

erased! {
    crate::cause::Cause,
    crate::certificate::checks::Reason,
    crate::certificate::DecodeError,
    crate::control::Order,
    crate::control::Report,
    crate::event::Event,
    crate::event::Fact,
    crate::evidence::Contradiction,
    crate::evidence::Truths,
    crate::loss::Loss,
    crate::misfit::Given,
    crate::misfit::Need,
    crate::seen::Seen,
    crate::verdict::Grounds,
    crate::verdict::Judgement,
    crate::verdict::Verdict,
}

/// What every session tells by the dozen is written as JSON without such a pointer: this code, too, is made once, here. So that there is
/// none further in either, such fields name the functions of their types (`with`, `serialize_with`).
macro_rules! json {
    ($($type:ty),* $(,)?) => { $(impl $type {
        /// As JSON, as its serialiser writes it.
        ///
        /// # Errors
        /// None that a value of this type could cause.
        pub fn to_json(&self) -> serde_json::Result<Vec<u8>> {
            let mut octets = Vec::with_capacity(USUAL);
            self.write_json(&mut octets)?;
            Ok(octets)
        }

        /// The same, behind what stands there.
        ///
        /// # Errors
        /// None that a value of this type could cause.
        pub fn write_json(&self, octets: &mut Vec<u8>) -> serde_json::Result<()> {
            <$type>::serialize(self, &mut serde_json::Serializer::new(octets))
        }
    })* };
}

/// Most events are shorter, in octets.
const USUAL: usize = 512;

json! {
    crate::control::Report,
    crate::event::Event,
}
