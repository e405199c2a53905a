"""What is said and asked of coordinates that cannot be right as they are written. None of it is ever put right for anyone."""

from __future__ import annotations

NOT_A_NUMBER = "The longitude or latitude is blank or not a number."
NO_METRES = "The easting or northing is blank or not a number."
NULL_ISLAND = "0, 0 is in the sea off West Africa and usually stands for “not known”. Leave both cells empty where the point is not known."
SWAPPED = (
    "Longitude and latitude look swapped: as written the point is in the Indian Ocean, swapped it is in the British Isles. "
    "Is the column called longitude really the longitude? Rename the two columns, or swap them, and load the file again."
)
SWAPPED_BEYOND = "The latitude is beyond 85 degrees, where no map can be drawn. Are longitude and latitude swapped? Rename the two columns, or swap them, and load the file again."
NATIONAL_GRID = (
    "The numbers look like metres on the British National Grid, not degrees. If they are, name the columns easting and northing "
    "and load the file again."
)
WEB_MERCATOR = (
    "The numbers look like metres in Web Mercator (EPSG:3857), not degrees. Save the points as longitude and latitude (WGS 84) "
    "and load the file again."
)
NATIONAL_OR_IRISH_GRID = (
    "The numbers look like metres on a national grid, not degrees. If they are on the British National Grid, name the columns easting "
    "and northing and load the file again. If they are on the Irish Grid (EPSG:29903), save the points as longitude and latitude "
    "(WGS 84) and load the file again."
)
IRISH_TRANSVERSE = (
    "The numbers look like metres in Irish Transverse Mercator (EPSG:2157). Save the points as longitude and latitude (WGS 84) "
    "and load the file again."
)
UTM = (
    "The numbers look like metres in UTM (EPSG:32630, or the zone beside it). Save the points as longitude and latitude (WGS 84) "
    "and load the file again."
)
LOST_POINT = (
    "The numbers look like degrees that lost their decimal point (53801 or 5380100 for 53.801), as spreadsheets do to them. Export "
    "them again with the point, as in 53.801, and load the file again."
)
BEYOND_ANY_MAP = "The latitude is beyond 85.06 degrees north or south, where no map can be drawn. Check the two numbers, and load the file again."
BEYOND = "Longitude must be within ±180 and latitude within ±90. In which coordinate system are these numbers?"
DEGREES_AS_METRES = (
    "The easting and northing look like degrees, not metres. If they are longitude and latitude, name the columns lon and lat "
    "and load the file again."
)
SWAPPED_DEGREES_AS_METRES = (
    "The easting and northing look like degrees, not metres, and the other way round: as latitude and longitude they are in the "
    "British Isles. If so, name the columns lat and lon and load the file again."
)
MERCATOR_AS_METRES = (
    "The easting and northing look like metres in Web Mercator (EPSG:3857), not on the British National Grid. Save the points as "
    "longitude and latitude (WGS 84) and load the file again."
)
KILOMETRES = (
    "The easting and northing look like kilometres. Write them in metres (429950, not 429.95) and load the file again."
)
SWAPPED_METRES = (
    "Easting and northing look swapped: as written the point is outside the British National Grid, swapped it is on it. "
    "Rename the two columns, or swap them, and load the file again."
)
NULL_GRID = (
    "0, 0 is the corner of the British National Grid, in the sea off Cornwall, and usually stands for “not known”. Leave both cells "
    "empty where the point is not known."
)
OFF_THE_GRID = "The easting and northing are outside the British National Grid (0 to 700,000 by 0 to 1,250,000 metres)."

QUESTIONS = (
    SWAPPED, SWAPPED_BEYOND, NATIONAL_GRID, NATIONAL_OR_IRISH_GRID, IRISH_TRANSVERSE, WEB_MERCATOR, UTM, LOST_POINT, BEYOND, BEYOND_ANY_MAP,
    DEGREES_AS_METRES, SWAPPED_DEGREES_AS_METRES, MERCATOR_AS_METRES, KILOMETRES, SWAPPED_METRES, OFF_THE_GRID,
)  # fmt: skip
# What would put a point into a loaded place that stands in none as it is written. None of these is ever done for anyone.
LOST_MINUS = (
    "With a minus sign before its longitude (west of Greenwich) it would stand in one. Check whether the sign was lost, and load the "
    "file again."
)
OTHER_WAY_ROUND = (
    "With longitude and latitude swapped it would stand in one. Check whether the two columns are the other way round, rename them or "
    "swap them, and load the file again."
)
OTHER_ORDER = (
    "With easting and northing swapped it would stand in one. Check whether the two columns are the other way round, and load the file "
    "again."
)
ON_THE_IRISH_GRID = (
    "On the Irish Grid (EPSG:29903) it would stand in one. If that is meant, save the points as longitude and latitude (WGS 84) and "
    "load the file again."
)
IN_IRISH_TRANSVERSE = (
    "In Irish Transverse Mercator (EPSG:2157) it would stand in one. If that is meant, save the points as longitude and latitude "
    "(WGS 84) and load the file again."
)
MISTAKES = (LOST_MINUS, OTHER_WAY_ROUND, OTHER_ORDER, ON_THE_IRISH_GRID, IN_IRISH_TRANSVERSE)
