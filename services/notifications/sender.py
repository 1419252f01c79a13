"""SES: the one place that sends mails. A call sends once at most; SES has no token to make two of them one."""

from __future__ import annotations

from botocore.exceptions import BotoCoreError, ClientError

from services.notifications.domain.mails import Mail
from services.notifications.settings import MailSettings
from shared.aws import clients
from shared.aws.settings import settings

_LATER = frozenset(
    (
        *("TooManyRequestsException", "LimitExceededException", "ThrottlingException", "SendingPausedException"),
        # What we have set up wrongly is put right, and says nothing of the address.
        *("MailFromDomainNotVerifiedException", "AccessDenied", "AccessDeniedException"),
    )
)


class Refused(Exception):
    """SES doesn't send this mail, today or tomorrow."""


class NotNow(Exception):
    """SES has not sent it and may do so later."""


class Unknown(Exception):
    """No answer came: it may be sent or not."""


def send(mail: Mail, address: str) -> None:
    """Sends a mail. Raises Refused, NotNow, Unknown."""
    sender = settings(MailSettings).mail_from
    try:
        clients.mails().send_email(
            FromEmailAddress=sender,
            Destination={"ToAddresses": [address]},
            Content={
                "Simple": {
                    "Subject": {"Data": mail.subject, "Charset": "UTF-8"},
                    "Body": {
                        "Text": {"Data": mail.text, "Charset": "UTF-8"},
                        "Html": {"Data": mail.html, "Charset": "UTF-8"},
                    },
                    "Headers": [{"Name": "List-Unsubscribe", "Value": f"<mailto:{sender}?subject=unsubscribe>"}],
                }
            },
        )
    except ClientError as error:
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 500)
        if error.response["Error"]["Code"] in _LATER:
            raise NotNow from error
        if status >= 500:
            raise Unknown from error
        raise Refused from error
    except BotoCoreError as error:
        raise Unknown from error
