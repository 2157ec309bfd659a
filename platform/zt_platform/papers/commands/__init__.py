"""What is done with papers: issue, make, revoke."""

from zt_platform.papers.commands.issuing import NewPaper, issue_paper, issue_papers
from zt_platform.papers.commands.making import drawn_again, fixed, rendered, stored
from zt_platform.papers.commands.revoking import revoke_papers

__all__ = ["NewPaper", "drawn_again", "fixed", "issue_paper", "issue_papers", "rendered", "revoke_papers", "stored"]
