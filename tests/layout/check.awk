# Reads CMakeLists.txt, whose gd_room() lines are the one table of the rooms, then every source and header it is given,
# by paths from the repository's top. Prints what is against the order and exits with 1; exits with 0 when all is well.

function fault(text) {
	print text
	faults++
}

# All rooms that `room` may include: itself, what it links, and what that links.
function close_over(room, below,    parts, count, i) {
	if ((room, below) in may)
		return
	may[room, below] = 1
	count = split(links[below], parts, " ")
	for (i = 1; i <= count; i++)
		close_over(room, parts[i])
}

FILENAME ~ /CMakeLists\.txt$/ {
	if (match($0, /^gd_room\([a-z]+[^)]*\)/)) {
		line = substr($0, RSTART + 8, RLENGTH - 9)
		count = split(line, words, " ")
		room = words[1]
		rooms[room] = 1
		for (i = 2; i <= count; i++)
			if (words[i] ~ /^gd_/) {
				if (!(substr(words[i], 4) in rooms))
					fault("CMakeLists.txt: room '" room "' links '" words[i] "', which no line above it makes")
				links[room] = links[room] " " substr(words[i], 4)
			}
		close_over(room, room)
	}
	next
}

FNR == 1 {
	here = FILENAME
	in_header = here ~ /^include\//
	test = here ~ /^tests\/unit\//
	count = split(here, part, "/")
	if (in_header)
		room = count == 4 ? part[3] : ""
	else
		room = count == (test ? 4 : 3) ? part[test ? 3 : 2] : ""
	if (!(room in rooms) && !(room == "cli"))
		fault(here ": a module without a room: no gd_room() line names '" room "'")
	if (!test) {
		module = part[count]
		sub(/\.[ch]$/, "", module)
		if (module in home && home[module] != room)
			fault(here ": module '" module "' is in two rooms, '" home[module] "' and '" room "'")
		home[module] = room
		if (in_header)
			header_room[room] = here
		else
			source_room[room] = 1
	}
}

/^[ \t]*#[ \t]*include[ \t]*["<]gd\// {
	match($0, /["<][^">]*[">]/)
	name = substr($0, RSTART + 1, RLENGTH - 2)
	count = split(name, piece, "/")
	if (count != 3)
		fault(here ":" FNR ": '" name "' names no room; write gd/<room>/<module>.h")
	else if (room != "cli" && !((room, piece[2]) in may))
		fault(here ":" FNR ": room '" room "' includes '" name "' of room '" piece[2] "', which is not below it")
	next
}

/^[ \t]*#[ \t]*include[ \t]*"/ {
	match($0, /"[^"]*"/)
	name = substr($0, RSTART + 1, RLENGTH - 2)
	if (!test && name ~ /\//)
		fault(here ":" FNR ": room '" room "' includes '" name "' by a path that names no room")
}

END {
	for (room in header_room)
		if (!(room in source_room))
			fault(header_room[room] ": a header without its source's folder: there is no src/" room "/")
	exit faults > 0
}
