"""Social credit codes that are valid in form and can belong to nobody: their region part is 000000."""

from hashlib import sha256

from stdnum.cn import uscc

# GB 32100-2015: register of market regulation (9), enterprise (1); bodies set up by the state (1), organs (1) or
# public institutions (2). Region 000000 is assigned to no place, so no real organization can have such a code.
ENTERPRISE = "91"
ORGAN = "11"
INSTITUTION = "12"
NOWHERE = "000000"
_SUBJECT_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def subject_code(name: str) -> str:
    """The 9 characters of GB 11714: eight digits drawn from the name's SHA-256, and their check character."""
    digits = f"{int(sha256(name.encode()).hexdigest(), 16) % 10**8:08d}"
    rest = 11 - sum(int(digit) * weight for digit, weight in zip(digits, _SUBJECT_WEIGHTS, strict=True)) % 11
    return digits + {10: "X", 11: "0"}.get(rest, str(rest))


def credit_code(name: str, register: str = ENTERPRISE) -> str:
    """The same 18 characters for the same name each time; `register` is one of ENTERPRISE, ORGAN, INSTITUTION."""
    body = register + NOWHERE + subject_code(name)
    return body + uscc.calc_check_digit(body)
