"""Settings of sign-in: off until a client is given, strict about addresses, silent about secrets."""

import pytest

from app.settings import Settings, SettingsError
from app.sign_in.settings import GitHubSettings, GoogleSettings, SignInSettings

PRODUCTION = {"ALLOT_ENVIRONMENT": "production", "ALLOT_SECRET": "s3cret" * 8}
GOOGLE = {"ALLOT_GOOGLE_CLIENT_ID": "g-id", "ALLOT_GOOGLE_CLIENT_SECRET": "g-hidden"}
GITHUB = {"ALLOT_GITHUB_CLIENT_ID": "h-id", "ALLOT_GITHUB_CLIENT_SECRET": "h-hidden"}


def test_without_variables_nobody_elsewhere_is_asked_or_allowed() -> None:
    settings = Settings.from_environment({})
    assert settings.sign_in == SignInSettings()
    assert settings.public_origin == "http://127.0.0.1:8000"


@pytest.mark.parametrize(
    ("host", "port", "origin"),
    [
        ("0.0.0.0", "8000", "http://127.0.0.1:8000"),  # noqa: S104 - a value, nothing is bound
        ("::", "81", "http://[::1]:81"),
        ("API.example.com", "80", "http://api.example.com"),
    ],
)
def test_the_origin_follows_host_and_port(host: str, port: str, origin: str) -> None:
    assert Settings.from_environment({"ALLOT_HOST": host, "ALLOT_PORT": port}).public_origin == origin


def test_every_variable_is_read() -> None:
    settings = Settings.from_environment(
        {
            **PRODUCTION,
            **GOOGLE,
            **GITHUB,
            "ALLOT_PUBLIC_URL": "https://api.example.com:443/",
            "ALLOT_GOOGLE_ISSUER": "https://id.example.com/realm/",
            "ALLOT_GITHUB_AUTHORIZE_URL": "https://git.example.com/authorize",
            "ALLOT_GITHUB_TOKEN_URL": "https://git.example.com/token",
            "ALLOT_GITHUB_API_URL": "http://127.0.0.1:9000/api/v3/",
            "ALLOT_ALLOWED_ORIGINS": "https://app.example.com, http://localhost:3000",
            "ALLOT_RETURN_URLS": "https://app.example.com/in,https://app.example.com",
            "ALLOT_PROVIDER_TIMEOUT_S": "2.5",
        }
    )
    assert settings.public_origin == "https://api.example.com"
    assert settings.sign_in == SignInSettings(
        public_url="https://api.example.com",
        google=GoogleSettings(client_id="g-id", client_secret="g-hidden", issuer="https://id.example.com/realm"),
        github=GitHubSettings(
            client_id="h-id",
            client_secret="h-hidden",
            authorize_url="https://git.example.com/authorize",
            token_url="https://git.example.com/token",
            api_url="http://127.0.0.1:9000/api/v3",
        ),
        allowed_origins=("https://app.example.com", "http://localhost:3000"),
        return_urls=("https://app.example.com/in", "https://app.example.com/"),
        provider_timeout_s=2.5,
    )
    assert "hidden" not in repr(settings)


@pytest.mark.parametrize(
    ("environ", "named"),
    [
        ({"ALLOT_GOOGLE_CLIENT_ID": "x"}, "ALLOT_GOOGLE_CLIENT_SECRET"),
        ({"ALLOT_GITHUB_CLIENT_SECRET": "hidden"}, "ALLOT_GITHUB_CLIENT_ID"),
        ({**PRODUCTION, **GITHUB}, "ALLOT_PUBLIC_URL"),
        ({**PRODUCTION, "ALLOT_PUBLIC_URL": "http://api.example.com"}, "ALLOT_PUBLIC_URL"),
        ({**PRODUCTION, "ALLOT_GOOGLE_ISSUER": "http://id.example.com"}, "ALLOT_GOOGLE_ISSUER"),
        ({**PRODUCTION, "ALLOT_RETURN_URLS": "http://app.example.com/"}, "ALLOT_RETURN_URLS"),
        ({"ALLOT_PUBLIC_URL": "https://api.example.com/path"}, "ALLOT_PUBLIC_URL"),
        ({"ALLOT_PUBLIC_URL": "api.example.com"}, "ALLOT_PUBLIC_URL"),
        ({"ALLOT_ALLOWED_ORIGINS": "*"}, "ALLOT_ALLOWED_ORIGINS"),
        ({"ALLOT_ALLOWED_ORIGINS": "null"}, "ALLOT_ALLOWED_ORIGINS"),
        ({"ALLOT_ALLOWED_ORIGINS": "https://*.example.com"}, "ALLOT_ALLOWED_ORIGINS"),
        ({"ALLOT_ALLOWED_ORIGINS": "https://a.example.com/path"}, "ALLOT_ALLOWED_ORIGINS"),
        ({"ALLOT_ALLOWED_ORIGINS": " ".join(["https://a.example.com"] * 101)}, "ALLOT_ALLOWED_ORIGINS"),
        ({"ALLOT_RETURN_URLS": "https://a.example.com/?q"}, "ALLOT_RETURN_URLS"),
        ({"ALLOT_RETURN_URLS": "https://u@a.example.com/"}, "ALLOT_RETURN_URLS"),
        ({"ALLOT_GITHUB_API_URL": "https://api.example.com/#x"}, "ALLOT_GITHUB_API_URL"),
        ({"ALLOT_PROVIDER_TIMEOUT_S": "0"}, "ALLOT_PROVIDER_TIMEOUT_S"),
        ({"ALLOT_PROVIDER_TIMEOUT_S": "61"}, "ALLOT_PROVIDER_TIMEOUT_S"),
        ({"ALLOT_PROVIDER_TIMEOUT_S": "nan"}, "ALLOT_PROVIDER_TIMEOUT_S"),
    ],
)
def test_what_cannot_be_used_is_named(environ: dict[str, str], named: str) -> None:
    with pytest.raises(SettingsError, match=named) as raised:
        Settings.from_environment(environ)
    assert len(raised.value.problems) == 1
    assert "hidden" not in str(raised.value)
