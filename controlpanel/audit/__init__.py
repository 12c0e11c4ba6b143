"""The change log: what happened, who did it, when, why and from where."""
