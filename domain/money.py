"""Money in words: minor units of a currency as people read them. Nothing is computed from what is written here."""

_DECIMALS_USUAL = 2
_NO_DECIMALS = frozenset(
    ["BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"]
)
_THREE_DECIMALS = frozenset(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"])


def decimals_of(currency: str) -> int:
    """Tell how many decimals the minor unit of a currency stands for, by ISO 4217."""
    if currency in _NO_DECIMALS:
        return 0
    return 3 if currency in _THREE_DECIMALS else _DECIMALS_USUAL


def money_words(minor: int, currency: str) -> str:
    """Write an amount: `USD 1,234.50`. Not negative."""
    decimals = decimals_of(currency)
    whole, part = divmod(minor, 10**decimals)
    return f"{currency} {whole:,}" + (f".{part:0{decimals}}" if decimals else "")
