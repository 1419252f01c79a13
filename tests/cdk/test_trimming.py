"""The layer goes without what nothing asks for, and has all that is asked for. No clock is asked: `make bench` does."""

from __future__ import annotations

import json
import re

from cdk.assets import ROOT
from cdk.trimming import CALLED, ENDPOINTS, undocumented
from tests.cdk.start import Start, alone, the_layer

# What no start may load, for each costs milliseconds and nothing of ours asks for it: the X-Ray SDK first of all.
NEVER = {
    "aws_lambda_powertools.event_handler.openapi.models",
    "aws_lambda_powertools.event_handler.openapi.swagger_ui",
    "aws_xray_sdk",
    "boto3",
    "email_validator",
    "jsonschema",
    "multiprocessing",
    "pydantic.v1",
    "s3transfer",
    "unittest",
}
# Powertools' batches bring these along; who answers people must not.
NOT_WHERE_PEOPLE_WAIT = {
    "aws_lambda_powertools.utilities.batch",
    "aws_lambda_powertools.utilities.parser",
}


def test_no_start_loads_what_nothing_asks_for(starts: dict[str, Start]) -> None:
    assert {m: found for m, s in starts.items() if (found := s.modules & NEVER)} == {}


def test_no_start_that_people_wait_for_loads_what_machines_need(starts: dict[str, Start]) -> None:
    apis = {m: s for m, s in starts.items() if m.endswith(".api")}
    assert len(apis) > 5
    assert {m: found for m, s in apis.items() if (found := s.modules & NOT_WHERE_PEOPLE_WAIT)} == {}


def test_a_service_starts_without_looking_for_garbage_and_with_room_to_spare(starts: dict[str, Start]) -> None:
    services = {m: s for m, s in starts.items() if m.startswith("services.")}
    assert {m: s.collections for m, s in services.items() if s.collections} == {}
    # services/__init__.py lets 200,000 objects come; clients and the first request make some more.
    assert {m: s.young for m, s in services.items() if s.young > 120_000} == {}


# --- AWS ---


def test_the_layer_has_the_data_of_the_services_that_our_code_calls_and_no_other() -> None:
    asked = re.findall(r'= _client\("([\w-]+)"\)', (ROOT / "shared" / "aws" / "clients.py").read_text("utf-8"))
    assert set(asked) == CALLED
    data = the_layer() / "botocore" / "data"
    assert {d.name for d in data.iterdir() if d.is_dir()} == CALLED
    for service in CALLED:
        (model,) = data.glob(f"{service}/*/service-2.json")
        assert "<p>" not in model.read_text("utf-8")
    endpoints = json.loads((data / "endpoints.json").read_text("utf-8"))
    assert [set(p["services"]) for p in endpoints["partitions"]] == [ENDPOINTS]


_CLIENTS = """
from botocore.session import Session
from botocore.config import Config
import json
session = Session()
session.set_credentials("id", "secret", "token")
for service in {called!r}:
    client = session.create_client(service)
    print(service, client.meta.endpoint_url)
s3 = session.create_client("s3", config=Config(signature_version="s3v4", s3={{"addressing_style": "path"}}))
form = s3.generate_presigned_post("bucket", "key", Conditions=[["content-length-range", 0, 9]], ExpiresIn=60)
assert form["fields"]["x-amz-signature"], form
print("form", form["url"])
print("link", s3.generate_presigned_url("get_object", Params={{"Bucket": "bucket", "Key": "key"}}).split("?")[0])
"""


def test_clients_come_of_it_and_sign() -> None:
    done = alone(_CLIENTS.format(called=sorted(CALLED)), [the_layer()], {})
    assert done.returncode == 0, done.stderr
    assert dict(line.split() for line in done.stdout.splitlines()) == {
        **{s: f"https://{s}.ap-south-1.amazonaws.com" for s in CALLED},
        "sesv2": "https://email.ap-south-1.amazonaws.com",
        "form": "https://s3.ap-south-1.amazonaws.com/bucket",
        "link": "https://s3.ap-south-1.amazonaws.com/bucket/key",
    }


# botocore looks at each part of a model only when it writes a request or reads an answer.
_CALLS = """
from botocore.awsrequest import AWSResponse
from botocore.httpsession import URLLib3Session
from botocore.session import Session

class Raw:
    def __init__(self, body): self.body = body
    def stream(self, *_, **__): yield self.body
    def read(self, *_): body, self.body = self.body, b""; return body

session = Session()
session.set_credentials("id", "secret", "token")
def call(service, method, answer, **params):
    URLLib3Session.send = lambda _, request: AWSResponse(request.url, 200, {}, Raw(answer))
    return getattr(session.create_client(service), method)(**params)

call("s3", "put_object", b"", Bucket="bucket", Key="key", Body=b"data")
assert call("s3", "get_object", b"data", Bucket="bucket", Key="key")["Body"].read() == b"data"
call("sqs", "send_message_batch", b"{}", QueueUrl="https://sqs/1/q", Entries=[{"Id": "1", "MessageBody": "m"}])
call("lambda", "invoke", b"{}", FunctionName="f", Payload=b"{}")
call("events", "put_events", b"{}", Entries=[{"Source": "s", "DetailType": "d", "Detail": "{}"}])
assert call("secretsmanager", "get_secret_value", b'{"SecretString": "s"}', SecretId="s")["SecretString"] == "s"
content = {"Simple": {"Subject": {"Data": "s"}, "Body": {"Text": {"Data": "t"}}}}
call("sesv2", "send_email", b"{}", FromEmailAddress="f", Destination={"ToAddresses": ["t"]}, Content=content)
assert call("cognito-idp", "list_users", b'{"Users": []}', UserPoolId="ap-south-1_pool")["Users"] == []
said = b'{"TranslatedText": "s", "SourceLanguageCode": "en", "TargetLanguageCode": "hi"}'
asked = {"Text": "salt", "SourceLanguageCode": "en", "TargetLanguageCode": "hi"}
assert call("translate", "translate_text", said, **asked)["TranslatedText"] == "s"
item = {"id": {"S": "a"}}
assert call("dynamodb", "get_item", b'{"Item": {"id": {"S": "a"}}}', TableName="t", Key=item)["Item"] == item
"""


def test_a_call_of_each_service_is_written_and_read() -> None:
    done = alone(_CALLS, [the_layer()], {})
    assert done.returncode == 0, done.stderr


def test_a_model_loses_its_documentation_and_nothing_else() -> None:
    model = {
        "documentation": "<p>words</p>",
        "operations": {"Sell": {"input": {"shape": "Sale"}, "errors": [{"shape": "SoldOut", "documentation": "w"}]}},
        "shapes": {"Sale": {"members": {"documentation": {"shape": "Note"}}}},
    }
    assert undocumented(model) == {
        "documentation": "",
        "operations": {"Sell": {"input": {"shape": "Sale"}, "errors": [{"shape": "SoldOut", "documentation": ""}]}},
        "shapes": {"Sale": {"members": {"documentation": {"shape": "Note"}}}},
    }
