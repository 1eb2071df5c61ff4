"""A case from draft to rating: filing, its clock, its review, what the applicant is told."""
