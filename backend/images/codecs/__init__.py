"""Parts of PNG, TIFF, PNM, JPEG and EXIF that Pillow does not read or write as needed here."""
