"""Reads what the image says of itself: the manifest, which the build puts into every image."""

import unikernel

manifest = unikernel.manifest()

print("image:", manifest["name"], "for", manifest["target"])
print("memory when nobody says otherwise:", manifest["memory_bytes"] // 1024, "KiB")
print("built by: unikernel", manifest["versions"]["unikernel"], "with", manifest["versions"]["toolchain"])

print("devices:")
for device in manifest["devices"]:
    print("  " + device["name"], "of class", device["class"])
    for name in sorted(device["parameters"]):
        print("   ", name, "=", device["parameters"][name])

print("code that others wrote:")
for component in manifest["components"]:
    if "sha256" in component:
        print("  " + component["name"], component["version"] + ",", component["licence"])
