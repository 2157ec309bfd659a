"""chooseDelivery."""

from __future__ import annotations

from typing import Any

import graphene

from zt_graphql.arguments import row_id
from zt_graphql.cases import OwnCaseArguments, OwnCaseMutation
from zt_graphql.permissions import SIGNED_IN
from zt_graphql.types.enums import DeliveryMethodEnum
from zt_platform.cases.commands import choose_delivery


class ChooseDelivery(OwnCaseMutation):
    """Choose how the result comes: at the window, or by post to an address; until it is posted."""

    permission = SIGNED_IN.at_centre()

    class Arguments(OwnCaseArguments):
        method = graphene.Argument(DeliveryMethodEnum, required=True)
        recipient = graphene.String(required=True, default_value="", description="By post only, like what follows.")
        phone = graphene.String(required=True, default_value="")
        address = graphene.String(required=True, default_value="", description="In full; kept sealed.")

    @classmethod
    def mutate(cls, _root: Any, info: Any, case_id: str, as_applicant: bool, **given: Any) -> ChooseDelivery:
        """Run the command."""
        given["method"] = given["method"].value
        case = choose_delivery(actor=info.context.acting(as_applicant=as_applicant), case_id=row_id(case_id), **given)
        return cls(case=case)
