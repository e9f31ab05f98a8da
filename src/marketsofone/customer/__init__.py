"""What the tables mean: their fields, the strata of a market and their paths, as plain values."""

from marketsofone.customer.column import OnMany, UserColumn
from marketsofone.customer.stratum import MARKET, Stratum, children, path, stratum_id
from marketsofone.customer.tables import TABLES, Field, Table

__all__ = ["MARKET", "TABLES", "Field", "OnMany", "Stratum", "Table", "UserColumn", "children", "path", "stratum_id"]
