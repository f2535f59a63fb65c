"""What is wanted, and what the service has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from taskops.model.dataclass import dataclass, field
from taskops.model.values import EMPTY, Code, Path, Tree, at, digest, empty

if TYPE_CHECKING:
    from taskops.model.problem import Location

Kind: TypeAlias = Literal["code", "generated", "agent"]


class Address(NamedTuple):
    """`provider/declared name`: how a project speaks of one resource."""

    provider: str
    name: str

    def __str__(self) -> str:
        return f"{self.provider}/{self.name}"

    @classmethod
    def parse(cls, text: str) -> Address:
        """Read `anchor/price-watch`; raises ValueError without a slash."""
        provider, slash, name = text.partition("/")
        if not (provider and slash and name):
            raise ValueError(f"`{text}` is not provider/name")
        return cls(provider, name)


@dataclass(frozen=True, slots=True)
class Resource:
    """
    The desired state of one thing.

    `spec` is what the manifest says, in the service's own vocabulary and with
    secrets and code in place: it is what gets sent. `content` is the same in
    canonical form, with documented defaults pruned: it is what gets compared.
    """

    address: Address
    kind: Kind
    name: str
    """On the service: prefix + declared name + suffix."""
    spec: Tree
    content: Tree
    publish: bool = True
    adopt: bool = False
    protected: bool = False
    moved_from: str | None = None
    """The old declared name."""
    ignore: tuple[Path, ...] = ()
    attempts: int = 1
    where: Location | None = None
    manifest: str = ""
    """The manifest's path inside the project."""
    _digest: str = field(default="", init=False, repr=False, compare=False)

    @property
    def digest(self) -> str:
        """Of the content; made when it is first asked for, which a check never does."""
        if not self._digest:
            object.__setattr__(self, "_digest", digest(self.content))
        return self._digest

    @property
    def code(self) -> Code | None:
        """The task's code, where there is one."""
        code = self.content.get("code")
        return code if isinstance(code, Code) else None


@dataclass(frozen=True, slots=True)
class Version:
    """
    One version of an object, as the service has it, in canonical form.

    `content` is None where the ledger vouches for the version and only its
    digest is known. `extras` are fields that the schema does not know: they are
    never compared, and sent back as they were observed.
    """

    digest: str
    content: Tree | None = None
    extras: Tree = field(default_factory=empty)
    number: str = ""

    @classmethod
    def of(
        cls,
        content: Tree,
        extras: Tree = EMPTY,
        number: str = "",
    ) -> Version:
        """A version whose content is known."""
        return cls(digest(content), content, extras, number)

    def value(self, path: Path) -> object:
        """The value at a path; None where there is none, or none is known."""
        return None if self.content is None else at(self.content, path)


@dataclass(frozen=True, slots=True)
class Observed:
    """What the service says it has, one object."""

    provider: str
    id: str
    name: str
    language: str = "typescript"
    draft: Version | None = None
    latest: Version | None = None
    version: str = ""
    """Number of the published version; empty while only a draft exists."""
    updated_at: str = ""
    """As the service wrote it; compared for equality only, never as a time."""
    row: str = ""
    """Fingerprint of the listing row; empty when it was not read from one."""
    vouched: bool = False
    """Whether the ledger vouches for the versions: they were not read now."""
    status: str = ""
    """What the service says of a generated or running object."""
    result: Tree = field(default_factory=empty)
    """What a run returned, as far as the listing shows it."""
    shown: Version | None = None
    """
    The version that a row shows by itself: which of the two is not documented.

    `version` is then what the row calls its newest version, which may be a word.
    """


@dataclass(frozen=True, slots=True)
class Identity:
    """Which object to look at: an id, and the name where it goes by name."""

    address: Address
    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Target:
    """Which account: where the service is, and the team that the key belongs to."""

    origin: str
    team: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """All that a service was asked for, at one moment."""

    target: Target
    objects: tuple[Observed, ...] = ()
    complete: bool = True
    """Whether the listing is provably whole."""
    incomplete_because: str = ""
    unsearched: str = ""
    """Why a run may be there all the same, where the ledger cannot tell either."""
    ended: frozenset[str] = frozenset()
    """Ids of starts that the ledger takes for running, and that have ended."""
