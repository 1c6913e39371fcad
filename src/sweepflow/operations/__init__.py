"""Operations: named commands with flags, requirements and steps."""
