"""Templates: small projects to begin with and to learn from, each with the answer that it must give.

A template is a folder of ``templates/``: the files of a project, and ``template.toml``, which says what it shows, what its
machine prints, boot by boot, and what who asks it from outside gets. The tests hold every template to it.
"""

from unikernel.template.boot import Ask, Boot
from unikernel.template.template import FILE, Template, template_named, templates

__all__ = ["FILE", "Ask", "Boot", "Template", "template_named", "templates"]
