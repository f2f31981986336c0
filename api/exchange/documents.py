"""The forms of documents around imports, feeds and webhooks, for OpenAPI."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from api.documents import FindingShown
from scheduler.problem import Document, Id

Kind = Literal["patient", "clinician", "room"]
Url = Annotated[str, Field(max_length=2000)]


class ImportedChange(BaseModel):
    id: str
    fields: list[str]


class ImportedCollection(BaseModel):
    added: list[str]
    changed: list[ImportedChange]
    removed: list[str]
    unchanged: int


class ImportDifference(BaseModel):
    """What an import changes, by the collections of the clinic; commitments are a field of patients."""

    clinicians: ImportedCollection
    rooms: ImportedCollection
    patients: ImportedCollection
    applied: bool


class ImportedWeek(BaseModel):
    """The week as imported: its timetable, and every rule that it breaks."""

    timetable: str | None = Field(description="its id; null where nothing was stored")
    sessions: int
    patients: int
    findings: list[FindingShown]
    applied: bool


class FeedRequest(Document):
    """Whose calendar, and until when the address works."""

    kind: Kind
    id: Id
    expires_at: str | None = Field(
        default=None, max_length=40, description="an instant with an offset; left out: until it is revoked"
    )


class FeedShown(BaseModel):
    """A feed; its address is in the answer that made it and nowhere else."""

    feed: str
    kind: Kind
    id: str
    created_at: str
    created_by: str
    expires_at: str | None
    revoked_at: str | None


class FeedMade(FeedShown):
    url: str = Field(description="the secret address: whoever has it reads the calendar")


class FeedList(BaseModel):
    feeds: list[FeedShown]


class WebhookRequest(Document):
    url: Url = Field(description="https; of a public address unless the service's settings allow others")


class WebhookShown(BaseModel):
    webhook: str
    url: str
    created_at: str
    created_by: str


class WebhookMade(WebhookShown):
    secret: str = Field(description="signs what is sent (HMAC-SHA256); shown this once")


class WebhookList(BaseModel):
    webhooks: list[WebhookShown]


class DeliveryShown(BaseModel):
    """One event on its way to a webhook."""

    delivery: str
    event: str
    state: Literal["waiting", "delivered", "dead"]
    attempts: int
    due_at: str
    last_error: str | None
    created_at: str
    finished_at: str | None
    payload: dict[str, Any]


class DeliveryList(BaseModel):
    deliveries: list[DeliveryShown]


SCHEMAS: dict[type[BaseModel], str] = {
    model: model.__name__
    for model in (
        ImportDifference,
        ImportedWeek,
        FeedRequest,
        FeedMade,
        FeedList,
        WebhookRequest,
        WebhookMade,
        WebhookList,
        DeliveryShown,
        DeliveryList,
    )
}
