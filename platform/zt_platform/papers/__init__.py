"""Official papers (文书): numbered, kept as they were issued, rendered as PDF/A, signed and verifiable by anybody."""
