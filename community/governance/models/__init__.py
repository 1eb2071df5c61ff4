from community.governance.models.body import Body, StationCoverage
from community.governance.models.calendar import WorkCalendarDay, WorkCalendarYear
from community.governance.models.place import Place, PlaceSuccession, place_label
from community.governance.models.post import PlaceGrant, Post
from community.governance.models.token import ApiToken

__all__ = [
    "ApiToken",
    "Body",
    "Place",
    "PlaceGrant",
    "PlaceSuccession",
    "Post",
    "StationCoverage",
    "WorkCalendarDay",
    "WorkCalendarYear",
    "place_label",
]
