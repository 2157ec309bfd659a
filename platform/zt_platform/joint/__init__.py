"""Joint handling (并联审批): several departments and centres work on one application, under a lead (H-01 to H-12)."""
