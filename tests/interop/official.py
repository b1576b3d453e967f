"""Sends the contract's example session with the official Python SDK.

python3 official.py SERVER_URL APP_ID, with the SDK in PYTHONPATH. Each line on standard input is a
call: JSON with `api_key` and `consumer_id`. Its outcome is written to standard output as a line of JSON.
"""

import json
import sys

from apideck_unify import Apideck, models

server_url, app_id = sys.argv[1:]

SESSION = {
    "consumer_metadata": {
        "account_name": "SpaceX",
        "user_name": "Elon Musk",
        "email": "elon@musk.com",
        "image": "https://www.spacex.com/static/images/share.jpg",
    },
    "redirect_uri": "https://mysaas.com/dashboard",
    "settings": {
        "unified_apis": [models.UnifiedAPIID.CRM],
        "session_length": "30m",
    },
    "theme": {
        "favicon": "https://res.cloudinary.com/apideck/icons/intercom",
        "logo": "https://res.cloudinary.com/apideck/icons/intercom",
        "primary_color": "#286efa",
        "sidepanel_background_color": "#286efa",
        "sidepanel_text_color": "#FFFFFF",
        "vault_name": "Intercom",
        "privacy_url": "https://compliance.apideck.com/privacy-policy",
        "terms_url": "https://www.termsfeed.com/terms-conditions/957c85c1b089ae9e3219c83eff65377e",
    },
    "custom_consumer_settings": {
        "feature_flag_1": True,
        "tax_rates": [{"id": "6", "label": "6%"}, {"id": "21", "label": "21%"}],
    },
}

# Any other exception (an answer that the SDK could not parse, no connection) is not an outcome to
# compare: it makes the check fail.
TYPED = (
    models.BadRequestResponse,
    models.UnauthorizedResponse,
    models.PaymentRequiredResponse,
    models.NotFoundResponse,
    models.UnprocessableResponse,
)


def call(api_key, consumer_id):
    apideck = Apideck(
        server_url=server_url,
        api_key=api_key,
        app_id=app_id,
        consumer_id=consumer_id,
        retry_config=None,
        timeout_ms=30_000,
    )
    with apideck:
        try:
            answer = apideck.vault.sessions.create(session=SESSION)
        except TYPED as error:
            body = error.data.model_dump(mode="json")
            names = ("status_code", "error", "type_name", "message", "detail", "ref")
            return {"refused": type(error).__name__, "body": {name: body[name] for name in names}}
        data = answer.create_session_response.data
        return {"created": {"session_uri": data.session_uri, "session_token": data.session_token}}


for line in sys.stdin:
    print(json.dumps(call(**json.loads(line))), flush=True)
