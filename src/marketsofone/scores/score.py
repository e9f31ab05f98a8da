"""What a score is: a question, the outcomes that may answer it, and how an answer reads."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Score:
    """One of the three questions.

    Parameters
    ----------
    name : str
    question : str
        In the words of a person who sells.
    steps : tuple of str
        The outcomes that may answer it; a project names one.
    money : bool
        Whether it is an amount rather than a share.
    unseen : str
        Said of a buyer without a trial: what of its own is not counted yet, whatever else is known of it.
    source : str
        Where the method comes from.
    """

    name: str
    question: str
    steps: tuple[str, ...]
    money: bool
    unseen: str
    source: str
