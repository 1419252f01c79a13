"""The synthesised app onto the engine, by boto3: a tenth of the CDK CLI's time, and IAM stays enforced."""

import io
import time
import zipfile
from base64 import b64encode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from botocore.exceptions import ClientError

from local.assembly import Asset, Stack
from local.aws import Engine
from local.home import REGION, ROOT
from local.process import LocalError

_INLINE = 51_200  # bytes of a template CloudFormation takes in the call itself; larger ones go by the bucket
_TAG = "vyapar:fingerprint"


def deploy(engine: Engine, stacks: list[Stack]) -> dict[str, str]:
    """Bring every stack to its template; one that already stands is left alone. All outputs together.

    Raises:
        LocalError: a stack failed; the message says which resource and why.
    """
    outputs: dict[str, str] = {}
    for stack in stacks:
        began = time.monotonic()
        done = _deploy(engine, stack)
        _drop_live_code(engine, stack)
        print(f"  {stack.name}: {done} ({time.monotonic() - began:.1f} s)", flush=True)
        outputs |= _outputs(engine, stack.name)
    return outputs


def upload(engine: Engine, assets: tuple[Asset, ...]) -> None:
    """Keys are content hashes, so what is there is right."""
    for bucket in {asset.bucket for asset in assets}:
        if not _exists(engine, bucket):
            engine.files.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    missing = [asset for asset in assets if not _exists(engine, asset.bucket, asset.key)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda asset: _put(engine, asset), missing))


def zipped(files: dict[str, bytes]) -> bytes:
    """A zip with the same bytes for the same content, barely packed: it goes to this machine only."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name in sorted(files):
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.external_attr = 0o644 << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, files[name])
    return out.getvalue()


def folder(path: Path) -> dict[str, bytes]:
    return {str(file.relative_to(path)): file.read_bytes() for file in path.rglob("*") if file.is_file()}


class LiveCode:
    """Lambdas follow their sources while a person works: new code in a second, without the CDK app.

    An asset is a copy of repo files at the same relative paths, so what a function should hold now is its
    asset with each file as the repo has it, plus new files beside them.
    """

    def __init__(self, engine: Engine, stacks: list[Stack]) -> None:
        self._engine = engine
        self._functions = {name: asset for stack in stacks for name, asset in _functions(engine, stack)}
        self._held = {name: self._digest(self._now(asset)) for name, asset in self._functions.items()}

    def refresh(self) -> list[str]:
        """Send the changed ones; the names of the functions that got new code."""
        changed = []
        for name, asset in self._functions.items():
            files = self._now(asset)
            digest = self._digest(files)
            if digest != self._held[name]:
                self._engine.functions.update_function_code(FunctionName=name, ZipFile=zipped(files))
                self._held[name] = digest
                changed.append(name)
        return changed

    @staticmethod
    def _digest(files: dict[str, bytes]) -> str:
        digest = sha256()
        for name in sorted(files):
            digest.update(name.encode() + b"\0" + files[name] + b"\0")
        return digest.hexdigest()

    @staticmethod
    def _now(asset: Path) -> dict[str, bytes]:
        held = {name: data for name, data in folder(asset).items() if not name.endswith(".pyc")}  # of the old source
        beside = {Path(name).parent for name in held} - {Path()}
        new = (file for place in beside for file in (ROOT / place).glob("*.py"))
        wanted = set(held) | {str(file.relative_to(ROOT)) for file in new}
        now = {}
        for name in wanted:
            live = ROOT / name
            if live.is_file():
                now[name] = live.read_bytes()
            elif not (ROOT / Path(name).parent).is_dir() or Path(name).parent == Path():
                now[name] = held[name]  # made for the asset; it has no source of its own
        return now


def _deploy(engine: Engine, stack: Stack) -> str:
    tags = _tags(engine, stack.name)
    if tags is not None and tags.get(_TAG) == stack.fingerprint:
        return "unchanged"
    upload(engine, stack.assets)
    body = stack.template_file.read_text()
    by_url = next((asset for asset in stack.assets if asset.path == stack.template_file), None)
    call = engine.stacks.create_stack if tags is None else engine.stacks.update_stack
    source = (
        {"TemplateURL": f"{engine.url}/{by_url.bucket}/{by_url.key}"}
        if by_url and len(body.encode()) > _INLINE
        else {"TemplateBody": body}
    )
    try:
        call(
            StackName=stack.name,
            Capabilities=["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
            Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in stack.parameters],
            Tags=[{"Key": _TAG, "Value": stack.fingerprint}],
            **source,  # type: ignore[arg-type]
        )
    except ClientError as error:
        if "No updates are to be performed" in str(error):
            return "unchanged"
        raise LocalError(f"stack {stack.name}: {error}") from error
    _wait(engine, stack.name)
    return "created" if tags is None else "updated"


def _tags(engine: Engine, name: str) -> dict[str, str] | None:
    """None when the stack doesn't stand; one that was never finished is cleared away first."""
    try:
        (found,) = engine.stacks.describe_stacks(StackName=name)["Stacks"]
    except ClientError:
        return None
    status = found["StackStatus"]
    if status in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
        return {tag["Key"]: tag["Value"] for tag in found.get("Tags", [])}
    if status.startswith(("CREATE_", "ROLLBACK_")):
        engine.stacks.delete_stack(StackName=name)
        _wait(engine, name)
    return None if status.startswith(("CREATE_", "ROLLBACK_", "DELETE_")) else {}


def _wait(engine: Engine, name: str, seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    since = datetime.now(UTC) - timedelta(seconds=5)  # the call was a moment ago
    while time.monotonic() < end:
        try:
            (found,) = engine.stacks.describe_stacks(StackName=name)["Stacks"]
        except ClientError:
            return  # deleted
        status = found["StackStatus"]
        if status == "DELETE_COMPLETE":
            return
        if not status.endswith("IN_PROGRESS"):
            if "ROLLBACK" in status or "FAILED" in status:
                raise LocalError(f"stack {name} is {status}:\n{_reasons(engine, name, since)}")
            return
        time.sleep(0.2)
    raise LocalError(
        f"stack {name} is still in progress after {seconds:.0f} s (`make reset` starts over):\n"
        + _reasons(engine, name, since)
    )


def _reasons(engine: Engine, name: str, since: datetime) -> str:
    """What failed in the stack, and in those nested in it, whose names begin with its own."""
    pages = engine.stacks.get_paginator("list_stacks").paginate()
    names = {found["StackName"] for page in pages for found in page["StackSummaries"]}
    reading = engine.stacks.get_paginator("describe_stack_events")
    failed = [
        event
        for each in names
        if each == name or each.startswith(f"{name}-")
        for page in reading.paginate(StackName=each)
        for event in page["StackEvents"]
        if event["Timestamp"] >= since and event.get("ResourceStatus", "").endswith("FAILED")
    ]
    return "\n".join(
        f"  {event['LogicalResourceId']} ({event['ResourceType']}): {event.get('ResourceStatusReason')}"
        for event in sorted(failed, key=lambda event: event["Timestamp"])
    )


def _drop_live_code(engine: Engine, stack: Stack) -> None:
    """Give functions that still hold code sent while somebody worked what their template says."""
    for name, asset in _functions(engine, stack):
        code = zipped(folder(asset))
        held = engine.functions.get_function_configuration(FunctionName=name)["CodeSha256"]
        if held != b64encode(sha256(code).digest()).decode():
            engine.functions.update_function_code(FunctionName=name, ZipFile=code)


def _outputs(engine: Engine, name: str) -> dict[str, str]:
    (found,) = engine.stacks.describe_stacks(StackName=name)["Stacks"]
    return {output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", [])}


def _functions(engine: Engine, stack: Stack) -> list[tuple[str, Path]]:
    """Physical name and asset folder of each Lambda of the stack that is made from one, nested stacks included."""
    by_key = {asset.key: asset.path for asset in stack.assets if asset.is_folder}
    nested = stack.nested
    keys = {
        logical: resource["Properties"].get("Code", {}).get("S3Key")
        for logical, resource in stack.template["Resources"].items()
        if resource["Type"] == "AWS::Lambda::Function"
    }
    found: list[tuple[str, Path]] = []
    for logical, physical in _resources(engine, stack.name):
        if logical in nested:
            found += _functions(engine, replace(nested[logical], name=physical))
        elif keys.get(logical) in by_key:
            found.append((physical, by_key[keys[logical]]))
    return found


def _resources(engine: Engine, name: str) -> Iterator[tuple[str, str]]:
    """Logical and physical id of each resource of a stack."""
    for page in engine.stacks.get_paginator("list_stack_resources").paginate(StackName=name):
        for resource in page["StackResourceSummaries"]:
            yield resource["LogicalResourceId"], resource.get("PhysicalResourceId", "")


def _put(engine: Engine, asset: Asset) -> None:
    body = zipped(folder(asset.path)) if asset.is_folder else asset.path.read_bytes()
    engine.files.put_object(Bucket=asset.bucket, Key=asset.key, Body=body)


def _exists(engine: Engine, bucket: str, key: str | None = None) -> bool:
    try:
        if key is None:
            engine.files.head_bucket(Bucket=bucket)
        else:
            engine.files.head_object(Bucket=bucket, Key=key)
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
            return False
        raise
    return True
