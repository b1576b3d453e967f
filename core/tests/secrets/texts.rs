//! Texts of public types.

use std::error::Error;
use std::fmt::{Debug, Display};

/// The texts of public types, each with the name of its type.
#[derive(Default)]
pub(crate) struct Texts(pub(crate) Vec<(&'static str, String)>);

impl Texts {
    pub(crate) fn debug<T: Debug>(&mut self, value: &T) {
        let name = name_of::<T>();
        self.0.push((name, format!("{value:?}")));
        self.0.push((name, format!("{value:#?}")));
    }

    pub(crate) fn display<T: Debug + Display>(&mut self, value: &T) {
        self.debug(value);
        self.0.push((name_of::<T>(), value.to_string()));
    }

    /// The texts of an error and of all its sources.
    pub(crate) fn error<T: Error + 'static>(&mut self, error: &T) {
        self.display(error);
        let mut next = error.source();
        while let Some(source) = next {
            let text = format!("{source} {source:?} {source:#?}");
            self.0.push((name_of::<T>(), text));
            next = source.source();
        }
    }
}

/// `CallError` for `apideck_vault_core::error::call::CallError<std::io::Error>`.
fn name_of<T>() -> &'static str {
    let name = std::any::type_name::<T>();
    let name = name.split('<').next().unwrap();
    name.rsplit("::").next().unwrap()
}
