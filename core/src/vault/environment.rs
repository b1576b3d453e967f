//! A `Vault` from environment variables.

use std::ffi::OsString;

use super::Vault;
use crate::error::BuildError;

impl Vault {
    /// Reads the API key from `APIDECK_API_KEY`, the application id from `APIDECK_APP_ID` and, if
    /// it is set and not empty, the server's URL from `APIDECK_SERVER_URL`. The first two are the
    /// names that the official SDKs use. Line breaks at the end of a value are dropped.
    ///
    /// This is the only function in the crate that reads anything from outside the program.
    ///
    /// # Errors
    ///
    /// If a variable is missing or wrong. The error's field is the variable's name.
    pub fn from_env() -> Result<Self, BuildError> {
        #[expect(
            clippy::disallowed_methods,
            reason = "this constructor is about the environment"
        )]
        Self::from_variables(|name| std::env::var_os(name))
    }

    fn from_variables(variable: impl Fn(&str) -> Option<OsString>) -> Result<Self, BuildError> {
        const API_KEY: &str = "APIDECK_API_KEY";
        const APP_ID: &str = "APIDECK_APP_ID";
        const SERVER_URL: &str = "APIDECK_SERVER_URL";
        let read = |name: &'static str| match variable(name).map(OsString::into_string) {
            None => Ok(None),
            Some(Ok(text)) => Ok(Some(text.trim_end_matches(['\r', '\n']).to_owned())),
            Some(Err(_)) => Err(BuildError::new(
                name,
                "is not Unicode text",
                "it must be valid Unicode",
            )),
        };
        let required = |name: &'static str, what: &'static str| {
            read(name)?.ok_or_else(|| BuildError::new(name, "is not set", what))
        };
        let api_key = required(
            API_KEY,
            "it must be the API key of your Apideck application",
        )?;
        let app_id = required(APP_ID, "it must be the id of your Apideck application")?;
        let variable_of = |error: BuildError| {
            let name = match error.field() {
                "api_key" => API_KEY,
                "app_id" => APP_ID,
                _ => SERVER_URL,
            };
            error.named(name)
        };
        let vault = Self::new(api_key, app_id).map_err(variable_of)?;
        match read(SERVER_URL)? {
            Some(url) if !url.is_empty() => vault.with_server_url(url).map_err(variable_of),
            _ => Ok(vault),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use http::Method;

    fn from(variables: &[(&str, &str)]) -> Result<Vault, BuildError> {
        Vault::from_variables(|name| {
            let (_, value) = variables.iter().find(|(known, _)| *known == name)?;
            Some(value.into())
        })
    }

    #[test]
    fn trailing_line_breaks_are_dropped() {
        let vault = from(&[("APIDECK_API_KEY", "key\r\n"), ("APIDECK_APP_ID", "app\n")]).unwrap();
        let request = vault.request(Method::GET, "/", Bytes::new()).unwrap();
        assert_eq!(request.headers()["authorization"], "Bearer key");
        assert_eq!(request.headers()["x-apideck-app-id"], "app");
        assert_eq!(vault.server_url(), Vault::DEFAULT_SERVER_URL);
    }

    #[test]
    fn the_server_url_is_optional_and_may_be_empty() {
        let keys = [("APIDECK_API_KEY", "key"), ("APIDECK_APP_ID", "app")];
        let at = |url| from(&[keys[0], keys[1], ("APIDECK_SERVER_URL", url)]);
        assert_eq!(at("").unwrap().server_url(), Vault::DEFAULT_SERVER_URL);
        assert_eq!(
            at("https://proxy.example/x\n").unwrap().server_url(),
            "https://proxy.example/x"
        );
        let error = at("http://proxy.example").unwrap_err();
        assert_eq!(error.field(), "APIDECK_SERVER_URL");
    }

    #[test]
    fn a_missing_or_wrong_value_is_reported_under_its_variables_name() {
        let key = ("APIDECK_API_KEY", "secret");
        for (variables, field, problem) in [
            (vec![], "APIDECK_API_KEY", "is not set"),
            (vec![key], "APIDECK_APP_ID", "is not set"),
            (
                vec![key, ("APIDECK_APP_ID", "")],
                "APIDECK_APP_ID",
                "is empty",
            ),
            (
                vec![("APIDECK_API_KEY", "sec\nret"), ("APIDECK_APP_ID", "app")],
                "APIDECK_API_KEY",
                "contains a control character",
            ),
        ] {
            let error = from(&variables).unwrap_err();
            assert_eq!((error.field(), error.problem()), (field, problem));
            assert!(!error.to_string().contains("ret"));
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_value_that_is_not_unicode_is_refused_without_being_shown() {
        use std::os::unix::ffi::OsStringExt;

        let error = Vault::from_variables(|_| Some(OsString::from_vec(b"sec\xffret".to_vec())));
        assert_eq!(
            error.unwrap_err().to_string(),
            "APIDECK_API_KEY is not Unicode text: it must be valid Unicode"
        );
    }
}
