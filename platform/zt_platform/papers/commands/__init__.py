"""What is done with papers: issue, make, revoke."""

from zt_platform.papers.commands.issuing import issue_paper
from zt_platform.papers.commands.making import fixed, rendered, stored
from zt_platform.papers.commands.revoking import revoke_papers

__all__ = ["fixed", "issue_paper", "rendered", "revoke_papers", "stored"]
