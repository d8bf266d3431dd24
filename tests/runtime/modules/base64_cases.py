import base64


def refused(function, *arguments, **keywords):
    try:
        print("not refused", function(*arguments, **keywords))
    except ValueError:
        print("ValueError")


data = bytes(range(256))
for size in (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 256):
    part = data[256 - size :]
    for name in ("b64", "urlsafe_b64", "standard_b64", "b32", "b32hex", "b16"):
        text = getattr(base64, name + "encode")(part)
        back = getattr(base64, name + "decode")
        print(text if size < 11 else len(text), back(text) == part == back(text.decode()))
print(base64.b64encode(b"\xfb\xff\xbf", b"_."), base64.b64decode("-_--", b"-_"))
print(base64.b64decode("YW Jj\nZGVm!"), base64.b64decode(b"YWJjZA=="))
print(base64.encodebytes(data), base64.decodebytes(base64.encodebytes(data)) == data, base64.encodebytes(b""))
print(base64.b32decode("mzxw6===", True), base64.b16decode("ab", casefold=True))
print(base64.b32decode(b"M1023456", map01=b"L"))
for text in ("YWJj!", "YWJj\n", "YW=J", "YWJjZA="):
    refused(base64.b64decode, text, validate=True)
for text in ("YWJ", "Y", "YWJjZA="):
    refused(base64.b64decode, text)
refused(base64.b64decode, "é===")
for text in ("MZXW6==", "mzxw6===", "MZXW6=1=", "MZ======MZ======", "MZXW6Y==", "A======="):
    refused(base64.b32decode, text)
for text in ("ab", "A", "XY"):
    refused(base64.b16decode, text)
