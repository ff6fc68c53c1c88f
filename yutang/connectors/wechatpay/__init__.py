"""WeChat Pay v3 as it is on the wire. It knows signatures, answers, notices and bills, not orders."""
