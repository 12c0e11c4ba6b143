"""Files that browsers send: no larger than a limit, and never held in memory."""

from __future__ import annotations

import tempfile
from typing import TYPE_CHECKING, Any, BinaryIO

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload

if TYPE_CHECKING:
    from django.http import HttpRequest

#: What any page accepts: a certificate, not a film. A page that takes more sets a handler of its own.
SMALL = 2 * 1024 * 1024
#: A browser shows an answer only after it has sent everything. What is too large is read and dropped up to
#: here; beyond, the connection is closed.
_DROPPED = 1024 * 1024 * 1024


class LimitedFiles(FileUploadHandler):
    """Keeps files in the state directory while the request lasts, nameless, all together up to ``limit``.

    ``is_too_large`` says afterwards that there was more: then the request has no file.
    """

    def __init__(self, request: HttpRequest | None = None, limit: int = SMALL) -> None:
        super().__init__(request)
        self.limit, self.received, self.is_too_large = limit, 0, False
        self.length = 0

    def handle_raw_input(self, *args: Any, **kwargs: Any) -> None:
        """Note how much is announced."""
        self.length = kwargs.get("content_length", args[2])

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """A file begins."""
        super().new_file(*args, **kwargs)
        self.file: BinaryIO = tempfile.TemporaryFile(dir=settings.STATE_DIR)  # noqa: SIM115 # the request closes it

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Write on, or stop: what follows is dropped."""
        self.received += len(raw_data)
        if self.received > self.limit:
            self.is_too_large = True
            self.file.close()
            raise StopUpload(connection_reset=self.length > _DROPPED)
        self.file.write(raw_data)

    def file_complete(self, file_size: int) -> UploadedFile[Any]:
        """The file, to be read from its beginning."""
        self.file.seek(0)
        return UploadedFile(
            file=self.file,
            name=self.file_name,
            content_type=self.content_type,
            size=file_size,
            charset=self.charset,
        )

    def upload_interrupted(self) -> None:
        """The client went away."""
        if hasattr(self, "file"):
            self.file.close()
