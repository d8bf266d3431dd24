"""Fetches a page over HTTP, and says what came."""

import urequests

import unikernel

url = unikernel.parameters()["url"]
print("GET", url)
response = urequests.get(url)
print("status", response.status_code)
page = response.text
print(len(page), "characters, the first line:", page.splitlines()[0])
