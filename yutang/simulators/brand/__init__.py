"""A believable bakery chain with three years of orders on nine shops, its export files and the truth behind them."""

from .behaviour import Act, Code, acts, codes
from .brand import DEFAULT_AS_OF, make_brand
from .dirty import DirtyFile, ExpectedError, write_dirty_samples
from .figures import Figures, figures
from .files import ExportFile, write_files
from .mixups import Mixup, mixups, write_mixups
from .truth import ExpectedPeople, Truth, expected_people, pair_precision, snapshot

__all__ = [
    "DEFAULT_AS_OF",
    "Act",
    "Code",
    "DirtyFile",
    "ExpectedError",
    "ExpectedPeople",
    "ExportFile",
    "Figures",
    "Mixup",
    "Truth",
    "acts",
    "codes",
    "expected_people",
    "figures",
    "make_brand",
    "mixups",
    "pair_precision",
    "snapshot",
    "write_dirty_samples",
    "write_files",
    "write_mixups",
]
