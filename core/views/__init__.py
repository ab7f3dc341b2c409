"""What goes in and out of the service: plain values with raw ids, ready for JSON, pages and the command line."""

from core.views.catalogue import DatasetView, MovieView, SearchPage, SimilarMovie, TagView
from core.views.curves import Curve, CurveKind, CurvePoint
from core.views.explanations import ContributionView, CounterfactualView, ExplanationView
from core.views.film_map import FilmMap
from core.views.groups import GroupItem, GroupList, GroupMethod, GroupViewer, Opinion
from core.views.imports import ExportForm, FilmChoice, FilmImport, ImportedFilm, KeptFilms, LeftOut
from core.views.jobs import JobState, JobView
from core.views.learning import Learning, goes_on, with_learning
from core.views.likeness import LEAST_COMMON, Interval, Likeness, LikePerson, SharedFilm
from core.views.lists import Filters, ListComparison, ListItem, Overlap, RecommendationList
from core.views.measurements import (
    Cohort,
    CohortKind,
    CohortTable,
    PersonDifference,
    Spread,
    TradeOff,
    TradePoint,
    Versus,
)
from core.views.models import MAX_FACTOR, DiskUse, HybridWeights, MemberWeight, ModelMemory, ModelState, ModelStatus
from core.views.numbers import number_of, whole_number
from core.views.people import (
    MAX_CHANGES,
    ArmView,
    FilmChange,
    FilmKind,
    FilmOutcome,
    GivenList,
    KeptMark,
    KeptRating,
    OnlineView,
    OutcomeKind,
    Person,
    ProfileView,
    RateGap,
    RateView,
)
from core.views.profiles import GenreTaste, RatedMovie, TasteProfile, UserView
from core.views.quality import Finding
from core.views.readings import PartKind, Reading, ReadPart
from core.views.reliability import ReliabilityPoint, ReliabilityView
from core.views.shaping import Shaping, ShapingMove, ShapingRating
from core.views.shelves import Shelf, Shelves
from core.views.watched_next import NextMovie, WatchedNext
from core.views.wishes import OWN_ORDER, WISHES, MeasuredWeight, Near, Reranking, Wish, WishCost, WishView

__all__ = [
    "LEAST_COMMON",
    "MAX_CHANGES",
    "MAX_FACTOR",
    "OWN_ORDER",
    "WISHES",
    "ArmView",
    "Cohort",
    "CohortKind",
    "CohortTable",
    "ContributionView",
    "CounterfactualView",
    "Curve",
    "CurveKind",
    "CurvePoint",
    "DatasetView",
    "DiskUse",
    "ExplanationView",
    "ExportForm",
    "FilmChange",
    "FilmChoice",
    "FilmImport",
    "FilmKind",
    "FilmMap",
    "FilmOutcome",
    "Filters",
    "Finding",
    "GenreTaste",
    "GivenList",
    "GroupItem",
    "GroupList",
    "GroupMethod",
    "GroupViewer",
    "HybridWeights",
    "ImportedFilm",
    "Interval",
    "JobState",
    "JobView",
    "KeptFilms",
    "KeptMark",
    "KeptRating",
    "Learning",
    "LeftOut",
    "LikePerson",
    "Likeness",
    "ListComparison",
    "ListItem",
    "MeasuredWeight",
    "MemberWeight",
    "ModelMemory",
    "ModelState",
    "ModelStatus",
    "MovieView",
    "Near",
    "NextMovie",
    "OnlineView",
    "Opinion",
    "OutcomeKind",
    "Overlap",
    "PartKind",
    "Person",
    "PersonDifference",
    "ProfileView",
    "RateGap",
    "RateView",
    "RatedMovie",
    "ReadPart",
    "Reading",
    "RecommendationList",
    "ReliabilityPoint",
    "ReliabilityView",
    "Reranking",
    "SearchPage",
    "Shaping",
    "ShapingMove",
    "ShapingRating",
    "SharedFilm",
    "Shelf",
    "Shelves",
    "SimilarMovie",
    "Spread",
    "TagView",
    "TasteProfile",
    "TradeOff",
    "TradePoint",
    "UserView",
    "Versus",
    "WatchedNext",
    "Wish",
    "WishCost",
    "WishView",
    "goes_on",
    "number_of",
    "whole_number",
    "with_learning",
]
