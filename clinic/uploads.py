"""Files that are sent to us: none. No form takes one, and Django would write each to the disk, however large it is."""

from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.core.files.uploadhandler import FileUploadHandler


class NoFiles(FileUploadHandler):
    """Refuses a request with a file in it before a byte of the file is kept."""

    def new_file(self, *_args: Any, **_kwargs: Any) -> None:
        """Raise SuspiciousOperation, which is answered with a 400."""
        raise SuspiciousOperation("a file was sent")

    def receive_data_chunk(self, _raw_data: bytes, _start: int) -> None:
        """Keep nothing."""

    def file_complete(self, _file_size: int) -> None:
        """Give no file."""
