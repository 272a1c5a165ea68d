"""Addresses that no path out of the machine may reach, and how invented names resolve."""

RESOLVED = {  # what the invented DNS answers
    "public.example": ["93.184.215.14"],
    "inside.example": ["10.0.0.7"],
    "loop.example": ["127.0.0.1"],
    "loop6.example": ["::1"],
    "metadata.example": ["169.254.169.254"],
    "mixed.example": ["93.184.215.14", "192.168.1.1"],
    "mapped.example": ["::ffff:10.1.2.3"],
    "nat64.example": ["64:ff9b::a00:1"],
    "sixtofour.example": ["2002:7f00:1::"],
    "ula.example": ["fd12:3456::1"],
    "zero.example": ["0.0.0.0"],
    "cgnat.example": ["100.100.100.200"],
    "nonsense.example": ["not-an-address"],
}

REFUSED = [
    "http://127.0.0.1/",
    "http://127.0.0.53:8080/",
    "http://0.0.0.0/",
    "http://10.1.2.3/",
    "http://172.16.9.9/",
    "http://192.168.0.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://100.64.0.1/",
    "http://192.0.0.170/",
    "http://198.18.0.1/",
    "http://224.0.0.1/",
    "http://240.0.0.1/",
    "http://255.255.255.255/",
    "http://[::1]/",
    "http://[::]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:a00:1]/",
    "http://[::127.0.0.1]/",
    "http://[fe80::1]/",
    "http://[fd00::1]/",
    "http://[fec0::1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[2002:7f00:1::]/",
    "http://[ff02::1]/",
    "http://127.1/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0177.0.0.1/",
    "http://0x7f.1/",
    "http://user:secret@127.0.0.1/",
    "http://public.example@127.0.0.1/",
    "http://loop.example./",
    *(f"http://{name}/" for name in RESOLVED if name != "public.example"),
    "https://inside.example/",
    "https://10.0.0.1/",
]


async def resolve(host: str, port: int) -> list[str]:
    """The invented DNS."""
    if host not in RESOLVED:
        raise OSError(f"{host} does not resolve")
    return RESOLVED[host]
